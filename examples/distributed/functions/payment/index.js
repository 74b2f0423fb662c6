// Charges an order, which fails: the point of the example is to find out where.
exports.handler = async (order) => {
  console.log(`charging order ${order.id}`);
  throw new CardDeclined("the card was declined");
};

class CardDeclined extends Error {
  name = "CardDeclined";
}

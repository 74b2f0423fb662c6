/** Answers with what it was asked, and writes a plain line and a JSON line to its log. */
exports.handler = async (event) => {
  console.log("order received");
  console.log(JSON.stringify({ level: "INFO", message: "order stored", items: event.items?.length ?? 0 }));
  return { accepted: true };
};

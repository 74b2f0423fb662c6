exports.handler = async (event) => {
  console.log(JSON.stringify({ level: "INFO", message: "order received", order: event.order }));
  return { ok: true };
};

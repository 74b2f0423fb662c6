// Writes what the event asks for and returns how many log calls it made:
//   { "scenario": "plain", "lines": 3 } | "json" | "error" | "stackTrace"
exports.handler = async (event) => {
  const scenario = event.scenario ?? "plain";
  switch (scenario) {
    case "plain": {
      const lines = event.lines ?? 3;
      for (let line = 1; line <= lines; line++) console.log(`plain line ${line} of ${lines}`);
      return { linesWritten: lines };
    }
    case "json":
      console.log(JSON.stringify({ level: "warn", message: "stock is low", sku: "A-17", left: 2 }));
      return { linesWritten: 1 };
    case "error":
      throw new Error("the order could not be placed");
    case "stackTrace":
      try {
        placeOrder();
      } catch (error) {
        console.error(error);
      }
      return { linesWritten: 1 };
    default:
      throw new Error(`unknown scenario ${scenario}`);
  }
};

function placeOrder() {
  throw new TypeError("the order has no customer");
}

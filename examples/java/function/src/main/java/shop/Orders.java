package shop;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.LinkedHashMap;
import java.util.Map;

/** Takes orders by HTTP. Nothing in it knows of telemetry. */
public class Orders implements RequestHandler<Map<String, Object>, Map<String, Object>> {
  @Override
  public Map<String, Object> handleRequest(Map<String, Object> event, Context context) {
    String order = String.valueOf(event.getOrDefault("body", ""));
    System.out.println("order received: " + order);
    if (order.contains("sold-out")) {
      throw new IllegalStateException("no stock");
    }
    Map<String, Object> response = new LinkedHashMap<>();
    response.put("statusCode", order.isEmpty() ? 400 : 201);
    response.put("body", order.isEmpty() ? "what do you order?" : "thank you");
    return response;
  }
}

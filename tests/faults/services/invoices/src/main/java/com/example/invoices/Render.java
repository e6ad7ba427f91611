package com.example.invoices;

import java.util.Map;

public class Render {
    public Map<String, Object> handleRequest(Map<String, Object> event) {
        return Map.of("statusCode", 200);
    }
}

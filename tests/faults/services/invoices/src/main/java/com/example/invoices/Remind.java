package com.example.invoices;

public class Remind {
    public String run(Object event) {
        return "reminded";
    }
}

package main

import "example.com/balancer/internal/reply"

func main() {
	reply.With("status")
}

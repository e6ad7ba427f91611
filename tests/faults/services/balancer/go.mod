module example.com/balancer

go 1.24

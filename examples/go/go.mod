module uytin/examples/go

go 1.19

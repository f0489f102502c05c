// Which Jaeger the tests run. It is built in a copy of its own source, whose go.sum pins everything else.
module backend.test/jaeger

go 1.24

require github.com/jaegertracing/jaeger v1.76.0

// Which Tempo the tests run (2.6, as of 2024-10-01). It is built in a copy of its own source, whose go.sum pins everything else.
module backend.test/tempo

go 1.24

require github.com/grafana/tempo v1.5.1-0.20241001135150-ed943d7a56b2

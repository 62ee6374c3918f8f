module mooring.dev/helpers

go 1.26.0

require (
	github.com/creachadair/jrpc2 v1.3.6
	golang.org/x/sys v0.50.0
	golang.zx2c4.com/wireguard/wgctrl v0.0.0-20241231184526-a9ab2273dd10
)

require (
	github.com/creachadair/mds v0.31.0 // indirect
	golang.org/x/crypto v0.58.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
)

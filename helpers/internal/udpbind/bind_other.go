//go:build !linux

package udpbind

import "golang.zx2c4.com/wireguard/conn"

// New makes sockets as wireguard-go brings them. Nothing is open before Open.
func New(o Options) conn.Bind {
	if o.AnswerWhereAsked {
		return conn.NewDefaultBind()
	}
	return forgetful{conn.NewDefaultBind()}
}

// forgetful does not remember where a far end was heard.
type forgetful struct{ conn.Bind }

var _ conn.Bind = forgetful{}

// Open starts to listen.
func (b forgetful) Open(port uint16) ([]conn.ReceiveFunc, uint16, error) {
	receivers, actual, err := b.Bind.Open(port)
	for i, receive := range receivers {
		receivers[i] = func(packets [][]byte, sizes []int, from []conn.Endpoint) (int, error) {
			n, err := receive(packets, sizes, from)
			for j := range n {
				if sizes[j] > 0 { // others have no endpoint
					from[j].ClearSrc()
				}
			}
			return n, err
		}
	}
	return receivers, actual, err
}

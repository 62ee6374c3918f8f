package install

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"time"

	"mooring.dev/helpers/internal/proto"
)

// greeted waits until a helper answers on the socket, or ctx ends.
func greeted(ctx context.Context, socket string) error {
	for {
		err := hello(ctx, socket)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("nothing greets on %s: %w", socket, err)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func hello(ctx context.Context, socket string) error {
	var d net.Dialer
	c, err := d.DialContext(ctx, "unix", socket)
	if err != nil {
		return err
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	frame, err := proto.NewChannel(c).Recv()
	if err != nil {
		return err
	}
	var head struct {
		Method string `json:"method"`
	}
	if err := json.Unmarshal(frame, &head); err != nil || head.Method != proto.NotifyHello {
		return errors.New("what answers is no helper")
	}
	return nil
}

package hub

import (
	"context"
	"log/slog"
	"reflect"
	"time"

	"mooring.dev/helpers/internal/advertise"
	"mooring.dev/helpers/internal/hub/config"
	"mooring.dev/helpers/internal/plan"
)

// lastWords is how long the last advertisement has to leave by the ports before these are taken away.
const lastWords = 100 * time.Millisecond

// router advertises on the bridge, if it shall.
type router struct {
	log    *slog.Logger
	sender *advertise.Sender // nil: nothing is advertised
	said   config.Advertise
	cancel context.CancelFunc
	ended  chan struct{}
}

// settle starts, changes or ends the advertisements.
func (r *router) settle(c config.Config) error {
	switch {
	case c.Advertise == nil:
		r.stop()
		return nil
	case r.sender == nil:
		r.start(c.Bridge.Name, *c.Advertise)
		return nil
	case reflect.DeepEqual(r.said, *c.Advertise):
		return nil
	default:
		r.said = *c.Advertise
		return r.sender.Update(announcement(r.said))
	}
}

func announcement(a config.Advertise) advertise.Announcement {
	return advertise.Announcement{Prefix: a.Prefix, Router: a.Router, MTU: plan.TapMTU, RDNSS: a.RDNSS}
}

func (r *router) start(device string, a config.Advertise) {
	var ctx context.Context
	ctx, r.cancel = context.WithCancel(context.Background())
	sender, ended := advertise.NewSender(r.log, device), make(chan struct{})
	r.sender, r.said, r.ended = sender, a, ended
	go func() {
		defer close(ended)
		if err := sender.Run(ctx, announcement(a)); err != nil {
			r.log.Error("router advertisements have ended", "err", err)
		}
	}()
}

// stop tells the devices that the router is gone.
func (r *router) stop() {
	if r.sender == nil {
		return
	}
	r.cancel()
	<-r.ended
	r.sender = nil
	time.Sleep(lastWords)
}

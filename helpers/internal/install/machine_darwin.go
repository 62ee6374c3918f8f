package install

import (
	"context"
	_ "embed"
	"os"
	"path"
	"time"
)

//go:embed dev.mooring.helper.plist
var job []byte

// launchdPatience is short, since nothing comes where launchd was not told yet: see launchd.
const launchdPatience = 5 * time.Second

// New gives the installer for this machine, and what closes it. With clean it takes down what a dead helper has
// left of its tunnels.
func New(_ context.Context, clean func(stateDir string) error) (*Installer, func(), error) {
	p := macPlaces()
	return &Installer{
		tree:    tree{root: "/"},
		places:  p,
		service: job,
		services: launchd{
			plist: path.Join(p.serviceDir, p.service), socket: p.socket(), stateDir: p.stateDir, patience: launchdPatience,
		},
		uid:       os.Geteuid(),
		self:      readSelf,
		knownUser: knownUser,
		greeted:   func(ctx context.Context) error { return greeted(ctx, p.socket()) },
		clean:     clean,
	}, func() {}, nil
}

// readSelf reads the program that runs, by the name that it was started by.
func readSelf() ([]byte, error) {
	name, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return os.ReadFile(name)
}

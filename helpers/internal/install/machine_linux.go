package install

import (
	"context"
	_ "embed"
	"errors"
	"io"
	"io/fs"
	"os"
)

//go:embed mooring-helper.service
var unit []byte

const unitName = "mooring-helper.service"

// New gives the installer for this machine, and what closes it. With clean it takes down what a dead helper has
// left of its tunnels.
func New(ctx context.Context, clean func(stateDir string) error) (*Installer, func(), error) {
	p := places{
		binaryDir:    "/usr/local/libexec/mooring",
		operatorsDir: "/etc/mooring",
		stateDir:     "/var/lib/mooring",
		runtimeDir:   "/run/mooring",
		serviceDir:   "/etc/systemd/system",
		service:      unitName,
		serviceLink:  "multi-user.target.wants/" + unitName,
	}
	i := &Installer{
		tree:      tree{root: "/"},
		places:    p,
		service:   unit,
		uid:       os.Geteuid(),
		self:      readSelf,
		knownUser: knownUser,
		greeted:   func(ctx context.Context) error { return greeted(ctx, p.socket()) },
		clean:     clean,
	}
	// As sd_booted(3) asks. An ordinary user is refused before systemd is asked for anything.
	_, err := os.Lstat("/run/systemd/system")
	if i.uid != 0 || errors.Is(err, fs.ErrNotExist) {
		return i, func() {}, nil
	} else if err != nil {
		return nil, nil, err
	}
	services, err := connect(ctx, p.command()[0])
	if err != nil {
		return nil, nil, err
	}
	i.services = services
	return i, services.close, nil
}

// readSelf reads the program that runs, whatever has become of its name since.
func readSelf() ([]byte, error) {
	f, err := os.Open("/proc/self/exe")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

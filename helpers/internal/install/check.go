package install

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"time"
)

// wanted is what Install is about to write.
type wanted struct {
	binary, operators []byte
	state             State
}

// plan checks everything and changes nothing.
func (i *Installer) plan(ctx context.Context, operator string) (*wanted, error) {
	if err := i.mustBeRoot(); err != nil {
		return nil, err
	}
	uid, err := parseOperator(operator)
	if err != nil {
		return nil, err
	}
	if uid != 0 {
		if err := i.knownUser(uid); err != nil {
			return nil, err
		}
	}
	if err := i.checkPlaces(); err != nil {
		return nil, err
	}
	w := &wanted{}
	if w.binary, err = i.self(); err != nil {
		return nil, err
	}
	listed, exists, err := i.readFile(i.places.operatorsDir, operators)
	if err != nil {
		return nil, err
	}
	if w.operators, err = withOperator(listed, exists, uid, path.Join(i.places.operatorsDir, operators)); err != nil {
		return nil, err
	}
	w.state, err = i.settledState(ctx)
	return w, err
}

// settlePatience is how long a helper may have its folder before it listens.
const settlePatience = time.Second

// settledState refuses a helper that the service manager knows nothing of. One that launchd is just starting is known by
// its socket, and has its folder before that.
func (i *Installer) settledState(ctx context.Context) (State, error) {
	for end := time.Now().Add(settlePatience); ; {
		state, err := i.state(ctx)
		if err != nil || i.services == nil || state.Running {
			return state, err
		}
		err = i.checkUnused()
		if !errors.Is(err, ErrHelperRunning) || time.Now().After(end) {
			return state, err
		}
		select {
		case <-ctx.Done():
			return state, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (i *Installer) mustBeRoot() error {
	if i.uid != 0 {
		return &Error{Name: ErrNotRoot, Message: fmt.Sprintf("this must run as root, and runs as user %d", i.uid)}
	}
	return nil
}

func (i *Installer) state(ctx context.Context) (State, error) {
	if i.services == nil {
		return State{}, nil
	}
	return i.services.State(ctx)
}

// checkPlaces looks at every file that is about to be written or removed, as far as it is there.
func (i *Installer) checkPlaces() error {
	p := i.places
	for _, at := range [][2]string{
		{p.binaryDir, binary}, {p.serviceDir, p.service}, {p.operatorsDir, operators}, {p.stateDir, lockFile}, {p.runtimeDir, ""},
	} {
		d, err := i.tree.open(at[0], false)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return err
		}
		if at[1] != "" {
			_, _, err = d.find(at[1])
		}
		d.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

func (i *Installer) readFile(dir, name string) (data []byte, exists bool, err error) {
	d, err := i.tree.open(dir, false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	} else if err != nil {
		return nil, false, err
	}
	defer d.Close()
	return d.read(name)
}

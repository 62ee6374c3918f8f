package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"mooring.dev/helpers/internal/plan"
	"mooring.dev/helpers/internal/strictjson"
)

func write(t *testing.T, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask is
		t.Fatal(err)
	}
	return path
}

func TestLoadNamesFileAndField(t *testing.T) {
	path := write(t, `{"engine":"steam"}`, 0o644)
	_, err := Load(path)
	if !errors.Is(err, &strictjson.Error{Name: strictjson.ErrMissingField}) || !strings.HasPrefix(err.Error(), path+": ") {
		t.Errorf("got %v", err)
	}
	if _, err := Load(path + "x"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if _, err := Load(write(t, strings.Repeat(" ", 2<<20), 0o644)); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("got %v", err)
	}
}

func TestLoadKey(t *testing.T) {
	secret := plan.Key{1, 2, 3}.String()
	key, err := LoadKey(write(t, secret+"\n", 0o600))
	if err != nil || key != (plan.Key{1, 2, 3}) {
		t.Errorf("got %v", err)
	}
	if _, err := LoadKey(write(t, secret, 0o400)); err != nil {
		t.Errorf("read-only: %v", err)
	}
	damaged := secret[:40]
	for name, path := range map[string]string{
		"readable by the group": write(t, secret, 0o640),
		"readable by all":       write(t, secret, 0o604),
		"writable by others":    write(t, secret, 0o602),
		"damaged":               write(t, damaged, 0o600),
		"empty":                 write(t, "", 0o600),
		"not there":             filepath.Join(t.TempDir(), "none"),
		"a directory":           t.TempDir(),
	} {
		if _, err := LoadKey(path); err == nil || strings.Contains(err.Error(), damaged) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := loadKey(write(t, secret, 0o600), os.Geteuid()+1); err == nil || !strings.Contains(err.Error(), "must belong to user") {
		t.Errorf("a stranger's: got %v", err)
	}
}

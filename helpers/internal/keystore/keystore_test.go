package keystore

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"golang.zx2c4.com/wireguard/wgctrl/wgtypes"

	"mooring.dev/helpers/internal/plan"
)

func open(t *testing.T) (*Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "keys")
	s, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s, dir
}

func secrets(t *testing.T) (plan.Secrets, plan.Key) {
	t.Helper()
	private, err := wgtypes.GeneratePrivateKey()
	if err != nil {
		t.Fatal(err)
	}
	return plan.Secrets{PrivateKey: plan.Key(private), PresharedKey: &plan.Key{1, 2, 3}}, plan.Key(private.PublicKey())
}

func TestRoundTrip(t *testing.T) {
	s, dir := open(t)
	in, want := secrets(t)
	public, err := s.Put(in)
	if err != nil || public != want {
		t.Fatalf("got %v, %v", public, err)
	}
	out, err := s.Secrets(public)
	if err != nil || !reflect.DeepEqual(in, out) {
		t.Errorf("came back otherwise: %v", err)
	}
	if keys, err := s.List(); err != nil || len(keys) != 1 || keys[0] != public {
		t.Errorf("listed %v, %v", keys, err)
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
	if st, err := entries[0].Info(); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", st.Mode(), err)
	}
	if deleted, err := s.Delete(public); !deleted || err != nil {
		t.Errorf("delete: %v, %v", deleted, err)
	}
	if deleted, err := s.Delete(public); deleted || err != nil {
		t.Errorf("delete again: %v, %v", deleted, err)
	}
	if _, err := s.Secrets(public); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want a missing key", err)
	}
}

func TestDamagedOrOpenKeysAreRefusedWithoutQuotes(t *testing.T) {
	s, _ := open(t)
	in, public := secrets(t)
	if _, err := s.Put(in); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(s.path(public))
	if err != nil {
		t.Fatal(err)
	}
	private := in.PrivateKey.String()
	other, _ := secrets(t)
	for name, bad := range map[string]string{
		"empty":       "",
		"not JSON":    private,
		"cut":         string(good[:len(good)-10]),
		"short key":   strings.Replace(string(good), private, private[:20], 1),
		"another key": strings.Replace(string(good), private, other.PrivateKey.String(), 1),
	} {
		if err := os.WriteFile(s.path(public), []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := s.Secrets(public)
		if err == nil || strings.Contains(err.Error(), private[:20]) || out.PrivateKey != (plan.Key{}) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if err := os.WriteFile(s.path(public), good, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(s.path(public), 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Secrets(public); err == nil || !strings.Contains(err.Error(), "0600") {
		t.Errorf("readable by the group: %v", err)
	}
}

func TestOpenRefusesOthersDirectories(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("got %v", err)
	}
}

func TestSecretsPrintNothing(t *testing.T) {
	in, _ := secrets(t)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if s := fmt.Sprintf(verb, in); strings.Contains(s, in.PrivateKey.String()) || s != "[secrets]" {
			t.Errorf("%s prints %s", verb, s)
		}
	}
}

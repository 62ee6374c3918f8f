// Package keystore keeps private keys as files that only root can read. A key is named by its public key, so no
// request ever names a file. No method returns a secret except Secrets, which the reconciler alone calls.
package keystore

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.zx2c4.com/wireguard/wgctrl/wgtypes"

	"mooring.dev/helpers/internal/atomicfile"
	"mooring.dev/helpers/internal/plan"
)

// Store is a directory of keys. Its methods may be called at the same time: each works on whole files.
type Store struct{ dir string }

type file struct {
	PrivateKey   string `json:"privateKey"`
	PresharedKey string `json:"presharedKey,omitempty"`
}

// Open makes the directory (mode 0700) where it is missing, and refuses one that others may enter.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("key store: %w", err)
	}
	st, err := os.Lstat(dir)
	if err != nil {
		return nil, fmt.Errorf("key store: %w", err)
	}
	if !st.IsDir() || st.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("key store: %s must be a directory of mode 0700, it is %v", dir, st.Mode())
	}
	if err := atomicfile.Sweep(dir); err != nil {
		return nil, fmt.Errorf("key store: %w", err)
	}
	return &Store{dir: dir}, nil
}

func (s *Store) path(public plan.Key) string { return filepath.Join(s.dir, public.Hex()+".json") }

// Put stores the secrets, replacing an earlier preshared key, and gives the public key.
func (s *Store) Put(secrets plan.Secrets) (plan.Key, error) {
	public := plan.Key(wgtypes.Key(secrets.PrivateKey).PublicKey())
	f := file{PrivateKey: secrets.PrivateKey.String()}
	if secrets.PresharedKey != nil {
		f.PresharedKey = secrets.PresharedKey.String()
	}
	data, err := json.Marshal(f)
	if err != nil {
		return plan.Key{}, err
	}
	return public, atomicfile.Write(s.path(public), data)
}

// Secrets gives what is stored under public; the error is fs.ErrNotExist when nothing is.
func (s *Store) Secrets(public plan.Key) (plan.Secrets, error) {
	var out plan.Secrets
	path := s.path(public)
	st, err := os.Lstat(path)
	if err != nil {
		return out, err
	}
	if !st.Mode().IsRegular() || st.Mode().Perm()&0o077 != 0 {
		return out, fmt.Errorf("key file %s must be a file of mode 0600, it is %v", path, st.Mode())
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return out, err
	}
	damaged := errors.New("key file " + path + " is damaged") // the cause could quote the key
	var f file
	if json.Unmarshal(data, &f) != nil {
		return out, damaged
	}
	if out.PrivateKey, err = plan.ParseKey(f.PrivateKey); err != nil {
		return plan.Secrets{}, damaged
	}
	if f.PresharedKey != "" {
		psk, err := plan.ParseKey(f.PresharedKey)
		if err != nil {
			return plan.Secrets{}, damaged
		}
		out.PresharedKey = &psk
	}
	if plan.Key(wgtypes.Key(out.PrivateKey).PublicKey()) != public {
		return plan.Secrets{}, damaged
	}
	return out, nil
}

// List gives the public keys in the order of their hexadecimal form.
func (s *Store) List() ([]plan.Key, error) {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, err
	}
	keys := []plan.Key{}
	for _, e := range entries {
		name, ok := strings.CutSuffix(e.Name(), ".json")
		if k, err := plan.ParseHexKey(name); ok && err == nil {
			keys = append(keys, k)
		}
	}
	return keys, nil
}

// Delete removes a key and tells whether it was there.
func (s *Store) Delete(public plan.Key) (bool, error) {
	return atomicfile.Remove(s.path(public))
}

// Package config is the hub's file: its form (protocol/hub.schema.json), what is checked beyond that, and the private
// key that it names.
package config

// file is what stands in the file, member by member. Only parse makes a Config of it.
type file struct {
	Engine         string     `json:"engine"`
	PrivateKeyFile string     `json:"privateKeyFile"`
	ListenPort     int        `json:"listenPort"`
	Address        string     `json:"address"`
	Bridge         bridge     `json:"bridge"`
	Advertise      *advertise `json:"advertise,omitempty"`
	Masquerade     *string    `json:"masquerade,omitempty"`
	Devices        []device   `json:"devices"`
}

type bridge struct {
	Name      string   `json:"name"`
	Addresses []string `json:"addresses"`
}

type advertise struct {
	Prefix string   `json:"prefix"`
	RDNSS  []string `json:"rdnss"`
}

type device struct {
	Name      string  `json:"name"`
	PublicKey string  `json:"publicKey"`
	Address   string  `json:"address"`
	MAC       *string `json:"mac,omitempty"`
}

package config

import "path/filepath"

// rawEndpoints says where a platform is; each platform has some of them.
type rawEndpoints struct {
	IRC    string `json:"irc"`
	IRCTLS *bool  `json:"irc_tls"`
	Helix  string `json:"helix"`
	API    string `json:"api"`
	OAuth  string `json:"oauth"`
	// Authorize and Device are YouTube's, Pusher is Kick's.
	Authorize string `json:"authorize"`
	Device    string `json:"device"`
	Pusher    string `json:"pusher"`
	Site      string `json:"site"`
	CAFile    string `json:"ca_file"`
}

// caFile is the path of the file with certificate authorities, or "".
func (r rawEndpoints) caFile(stateDir string) string {
	if r.CAFile == "" || filepath.IsAbs(r.CAFile) {
		return r.CAFile
	}
	return filepath.Join(stateDir, r.CAFile)
}

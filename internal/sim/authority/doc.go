// Package authority is the certificate authority of simulated platforms: made
// once, kept in a folder, and trusted by nobody but the clients that are given
// its certificate.
package authority

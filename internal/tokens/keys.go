package tokens

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/streamsuites/streamsuites/internal/store"
)

// keySize is the length of a key in bytes, as AES-256 wants it.
const keySize = 32

// Keys encrypt and decrypt tokens. The zero value can do neither.
type Keys struct {
	place string // where they come from, for people
	list  []key  // the one to encrypt with first
}

type key struct {
	id   string
	aead cipher.AEAD
}

// ParseKeys reads keys in base64, separated by commas: new tokens lie under the
// first, and all of them are tried on old ones. place says where the list stands.
func ParseKeys(list, place string) (Keys, error) {
	k := Keys{place: place}
	for _, text := range strings.Split(list, ",") {
		data, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
		if err != nil || len(data) != keySize {
			// The text may be most of a key.
			return Keys{}, fmt.Errorf("%s holds something that is not %d bytes in base64; `openssl rand -base64 %d` makes a key", place, keySize, keySize)
		}
		one, err := newKey(data)
		if err != nil {
			return Keys{}, err
		}
		k.list = append(k.list, one)
	}
	return k, nil
}

func newKey(data []byte) (key, error) {
	block, err := aes.NewCipher(data)
	if err != nil {
		return key{}, fmt.Errorf("prepare the key of the tokens: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return key{}, fmt.Errorf("prepare the key of the tokens: %w", err)
	}
	sum := sha256.Sum256(append([]byte("streamsuites token key id\x00"), data...))
	return key{hex.EncodeToString(sum[:6]), aead}, nil
}

// ID names the key that tokens are encrypted with; it tells nothing about it.
func (k Keys) ID() string { return k.list[0].id }

// KeyError says that tokens cannot be decrypted, and what helps.
type KeyError struct {
	Account store.TokenKey
	KeyID   string // of the key under which they lie
	Place   string // where our keys come from
	Damaged bool   // the key is known, and what lies under it is not what was stored
}

// Error implements error.
func (e *KeyError) Error() string {
	if e.Damaged {
		return fmt.Sprintf("the stored tokens of %s account %q are damaged, or belong to another account; log in again: %s",
			e.Account.Platform, e.Account.Label, LoginCommand(e.Account))
	}
	return fmt.Sprintf("the stored tokens of %s account %q lie under the key %s, which %s does not hold; add that key behind a comma in STREAMSUITES_TOKEN_KEY, copy the key file of the host that made it, or log in again: %s",
		e.Account.Platform, e.Account.Label, e.KeyID, e.Place, LoginCommand(e.Account))
}

// LoginCommand is what a person types to log an account in.
func LoginCommand(account store.TokenKey) string {
	command := "streamsuites auth login " + account.Platform
	if account.Label != "" {
		command += " --account " + account.Label
	}
	return command
}

// seal encrypts both tokens of an account.
func (k Keys) seal(random io.Reader, account store.TokenKey, access, refresh string) (store.SealedTokens, error) {
	if len(k.list) == 0 {
		return store.SealedTokens{}, errors.New("encrypt tokens: there is no key")
	}
	sealed := store.SealedTokens{KeyID: k.ID()}
	for _, t := range []struct {
		kind, plain string
		into        *[]byte
	}{{"access", access, &sealed.Access}, {"refresh", refresh, &sealed.Refresh}} {
		if t.plain == "" {
			continue
		}
		nonce := make([]byte, k.list[0].aead.NonceSize())
		if _, err := io.ReadFull(random, nonce); err != nil {
			return store.SealedTokens{}, fmt.Errorf("encrypt tokens: %w", err)
		}
		*t.into = k.list[0].aead.Seal(nonce, nonce, []byte(t.plain), bindingOf(account, t.kind))
	}
	return sealed, nil
}

// open decrypts both tokens of an account.
func (k Keys) open(account store.TokenKey, sealed store.SealedTokens) (access, refresh string, err error) {
	for _, t := range []struct {
		kind string
		data []byte
		into *string
	}{{"access", sealed.Access, &access}, {"refresh", sealed.Refresh, &refresh}} {
		if len(t.data) == 0 {
			continue
		}
		if *t.into, err = k.openOne(account, sealed.KeyID, t.kind, t.data); err != nil {
			return "", "", err
		}
	}
	return access, refresh, nil
}

func (k Keys) openOne(account store.TokenKey, id, kind string, data []byte) (string, error) {
	for _, one := range k.list {
		if one.id != id {
			continue
		}
		size := one.aead.NonceSize()
		if len(data) < size {
			return "", &KeyError{account, id, k.place, true}
		}
		plain, err := one.aead.Open(nil, data[:size], data[size:], bindingOf(account, kind))
		if err != nil {
			return "", &KeyError{account, id, k.place, true}
		}
		return string(plain), nil
	}
	return "", &KeyError{account, id, k.place, false}
}

// context binds what is encrypted to whose and which token it is, so that rows
// cannot be exchanged.
func bindingOf(account store.TokenKey, kind string) []byte {
	return []byte(account.Platform + "\x00" + account.Label + "\x00" + kind)
}

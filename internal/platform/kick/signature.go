package kick

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/streamsuites/streamsuites/internal/platform/call"
)

// ErrSignature says that a delivery was not signed by the platform.
var ErrSignature = errors.New("the signature is not the platform's")

// Verify checks the signature of a webhook's delivery: RSA PKCS #1 v1.5 with
// SHA-256 over the message's id, its timestamp and the body, with dots between.
// See https://docs.kick.com/events/webhook-security.
func Verify(key *rsa.PublicKey, messageID, timestamp string, body []byte, signature string) error {
	sum, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return ErrSignature
	}
	signed := make([]byte, 0, len(messageID)+len(timestamp)+len(body)+2)
	signed = append(append(signed, messageID...), '.')
	signed = append(append(signed, timestamp...), '.')
	digest := sha256.Sum256(append(signed, body...))
	if rsa.VerifyPKCS1v15(key, crypto.SHA256, digest[:], sum) != nil {
		return ErrSignature
	}
	return nil
}

// ParseKey reads a public key in PEM.
func ParseKey(text string) (*rsa.PublicKey, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("public key is not PEM")
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		if parsed, err = x509.ParsePKCS1PublicKey(block.Bytes); err != nil {
			return nil, errors.New("public key cannot be read")
		}
	}
	key, ok := parsed.(*rsa.PublicKey)
	if !ok {
		return nil, fmt.Errorf("public key is %T and not RSA", parsed)
	}
	return key, nil
}

// PublicKey asks for the key that deliveries are signed with.
func (c *Client) PublicKey(ctx context.Context) (*rsa.PublicKey, error) {
	const operation = "read public key"
	var answer struct {
		Data struct {
			Key string `json:"public_key"`
		} `json:"data"`
	}
	err := c.do(ctx, call.Request{
		Operation: operation, Method: http.MethodGet, Again: repeatable,
		URL: c.cfg.Endpoints.API + "/public/v1/public-key",
	}, &answer)
	if err != nil {
		return nil, err
	}
	key, err := ParseKey(answer.Data.Key)
	if err != nil {
		return nil, &Error{Platform: platform, Operation: operation, Status: http.StatusOK, Err: err}
	}
	return key, nil
}

// KeySource gives the key that the platform signs with. *Client implements it.
type KeySource interface {
	PublicKey(ctx context.Context) (*rsa.PublicKey, error)
}

// keyring keeps the platform's key. A delivery that it does not fit may have been
// signed with a new one, so it is asked for anew, but seldom: anybody can send
// deliveries that fit nothing.
type keyring struct {
	source KeySource
	every  time.Duration
	clock  func() time.Time

	key atomic.Pointer[rsa.PublicKey] // replaced, never changed: who has it waits for nobody

	asking sync.Mutex
	asked  time.Time // when the source was asked last; zero before
}

// errNoKey says that deliveries cannot be judged at the moment.
var errNoKey = errors.New("the platform's public key is not known")

func (k *keyring) verify(ctx context.Context, d Delivery, timestamp, signature string) error {
	key, err := k.get(ctx, nil)
	if err != nil {
		return err
	}
	if Verify(key, d.ID, timestamp, d.Body, signature) == nil {
		return nil
	}
	fresh, err := k.get(ctx, key)
	if err != nil || fresh == key {
		return ErrSignature
	}
	return Verify(fresh, d.ID, timestamp, d.Body, signature)
}

// get returns the key, asking for it when there is none or when it is the one
// that does not fit.
func (k *keyring) get(ctx context.Context, unfit *rsa.PublicKey) (*rsa.PublicKey, error) {
	if key := k.key.Load(); key != nil && key != unfit {
		return key, nil
	}
	k.asking.Lock()
	defer k.asking.Unlock()
	key, now, pause := k.key.Load(), k.clock(), k.every
	if key != nil && key != unfit {
		return key, nil
	}
	if key == nil {
		pause = min(pause, blind)
	}
	if !k.asked.IsZero() && now.Sub(k.asked) < pause {
		if key == nil {
			return nil, errNoKey
		}
		return key, nil
	}
	k.asked = now
	// Whoever called may leave: the key is for those who call next.
	fresh, err := k.source.PublicKey(context.WithoutCancel(ctx))
	if err != nil {
		return key, fmt.Errorf("%w: %w", errNoKey, err)
	}
	k.key.Store(fresh)
	return fresh, nil
}

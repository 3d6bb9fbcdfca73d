package tokens

import "context"

// Verify asks the platform whether the account's access token is still good. One that
// the platform takes back is replaced once; where that is refused, too, the account
// needs a login from then on, and the error says so.
//
// It is for platforms whose connections outlive what they were made with, so that
// nobody would notice, and for those that want to be asked (Twitch, "Validating
// requests": when a program starts, and every hour).
func (s *Source) Verify(ctx context.Context, ask func(ctx context.Context, access string) error) error {
	access, err := s.Token(ctx)
	if err != nil {
		return err
	}
	if err := ask(ctx, access); err == nil || !s.exchange.Refused(err) {
		return err
	}
	_, err = s.Refresh(ctx, access)
	return err
}

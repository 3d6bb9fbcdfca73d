package speech_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/streamsuites/streamsuites/internal/chat"
	"github.com/streamsuites/streamsuites/internal/speech"
)

func own(text string) speech.Piece      { return speech.Piece{Text: text} }
func supplied(text string) speech.Piece { return speech.Piece{Text: text, Chat: true} }

func TestWhatIsSaidDoesNoHarm(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pieces []speech.Piece
		want   string
	}{
		"plain":                                {[]speech.Piece{own("hi "), supplied("Mira")}, "hi Mira"},
		"line breaks":                          {[]speech.Piece{own("a\r\nb"), supplied("c\r\n\u2028PRIVMSG #x :d")}, "a  bc PRIVMSG #x :d"},
		"control characters":                   {[]speech.Piece{supplied("a\x00\x07\x1b[31mb\u0085c")}, "a[31mb c"},
		"direction":                            {[]speech.Piece{supplied("a\u202eb\u2066c\u200fd\u061ce")}, "abcde"},
		"invisible padding":                    {[]speech.Piece{supplied("\u200b\ufeff\u2060 a\u00ad\u034f \u3164\u2800\u3000 b \U000e0020\u200b")}, "a b"},
		"private use":                          {[]speech.Piece{supplied("a\ue000\ufdd0\ufffd\U000e0000\u2065\ufff0b")}, "ab"},
		"emoji stay whole":                     {[]speech.Piece{supplied("👩‍👩‍👧 ❤️ 👍🏽 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f 🇩🇪")}, "👩‍👩‍👧 ❤️ 👍🏽 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f 🇩🇪"},
		"keycaps stay whole":                   {[]speech.Piece{supplied("1️⃣")}, "1️⃣"},
		"Persian keeps its joiners":            {[]speech.Piece{supplied("می\u200cخواهم")}, "می\u200cخواهم"},
		"joiners that join nothing":            {[]speech.Piece{supplied("a \u200d\u200db\u200dc")}, "a bc"},
		"an order of chat":                     {[]speech.Piece{supplied("/ban mira")}, "ban mira"},
		"an order behind blanks":               {[]speech.Piece{own(" "), supplied("\u200b //. /ban mira")}, "ban mira"},
		"an order of the template's beginning": {[]speech.Piece{own("/"), supplied("ban mira")}, "ban mira"},
		"an order with a dot":                  {[]speech.Piece{supplied(".timeout mira")}, "timeout mira"},
		"another bot's command":                {[]speech.Piece{supplied("!so mira")}, "so mira"},
		"a stack of prefixes":                  {[]speech.Piece{supplied("!!?! so")}, "so"},
		"a full-width prefix":                  {[]speech.Piece{supplied("！so")}, "so"},
		"the creator's own prefix":             {[]speech.Piece{supplied("§§clip")}, "clip"},
		"the creator calls another bot":        {[]speech.Piece{own("!so "), supplied("mira")}, "!so mira"},
		"a number":                             {[]speech.Piece{supplied("-5 °")}, "-5 °"},
		"a price":                              {[]speech.Piece{supplied("$5")}, "$5"},
		"a prefix that is no number":           {[]speech.Piece{supplied("-so")}, "so"},
		"a prefix in the middle":               {[]speech.Piece{own("do "), supplied("!so")}, "do !so"},
		"everybody":                            {[]speech.Piece{own("@everyone "), supplied("@HERE, @hereabouts")}, "＠everyone ＠HERE, @hereabouts"},
		"three mentions":                       {[]speech.Piece{supplied("@a @b @c @A")}, "@a @b @c @A"},
		"four mentions":                        {[]speech.Piece{own("@owner "), supplied("@a @b @c @d @a")}, "@owner ＠a ＠b ＠c ＠d ＠a"},
		"four that the template mentions":      {[]speech.Piece{own("@"), supplied("a"), own(" @"), supplied("b"), own(" @"), supplied("c"), own(" @"), supplied("d")}, "＠a ＠b ＠c ＠d"},
		"the creator's mentions":               {[]speech.Piece{own("@a @b @c @d")}, "@a @b @c @d"},
		"an address of mail":                   {[]speech.Piece{own("mail mira@example.org")}, "mail mira@example.org"},
		"nothing":                              {[]speech.Piece{supplied(" \u200b/!")}, ""},
	} {
		for _, p := range chat.Platforms {
			o := speech.Options{Platform: p, Prefix: "§§"}
			got := speech.Compose(c.pieces, o)
			require.Equal(t, c.want, got, "%s on %s", name, p)
			require.Equal(t, got, speech.Compose([]speech.Piece{own(got)}, o), "%s again", name)
		}
	}
	orders := speech.Options{Platform: chat.Twitch, Orders: true}
	require.Equal(t, "/me waves", speech.Compose([]speech.Piece{own("/me waves")}, orders))
	require.Equal(t, "ban mira", speech.Compose([]speech.Piece{supplied("/ban mira")}, orders))
}

func TestALongTextBecomesPartsBetweenWords(t *testing.T) {
	t.Parallel()
	text := strings.TrimSpace(strings.Repeat("twelve chars ", 40)) // 519
	parts := speech.Split(text, 200, false)
	require.Len(t, parts, 3)
	require.Equal(t, text, strings.Join(parts, " "))
	require.Equal(t, []string{text}, speech.Split(text, 519, true), "what fits has no number")

	numbered := speech.Split(text, 200, true)
	for i, part := range numbered {
		require.True(t, strings.HasSuffix(part, []string{" (1/3)", " (2/3)", " (3/3)"}[i]), part)
		require.LessOrEqual(t, utf8.RuneCountInString(part), 200)
	}
	long := speech.Split(strings.Repeat("word ", 400), 200, false)
	require.Len(t, long, speech.MostParts)
	require.True(t, strings.HasSuffix(long[2], "word…"), long[2])
}

func TestPartsNeverBreakWhatBelongsTogether(t *testing.T) {
	t.Parallel()
	const address = "https://clips.example/a-rather-long-address-of-a-clip?with=a&query=too"
	text := strings.Repeat("x", 150) + " " + address + " " + strings.Repeat("y", 150)
	parts := speech.Split(text, 200, false)
	require.Equal(t, []string{strings.Repeat("x", 150), address, strings.Repeat("y", 150)}, parts)

	require.Equal(t, "see "+address+" …", speech.Cut("see "+address+" "+strings.Repeat("z", 20), 90-7-2))
	require.Equal(t, "see this…", speech.Cut("see this https://"+strings.Repeat("a", 300), 200))
	require.Equal(t, "and then", speech.Cut("https://"+strings.Repeat("a", 300)+" and then", 200), "an address that never fits is left out")

	const family = "👩‍👩‍👧‍👦"
	for _, part := range speech.Split(strings.Repeat(family, 60), 200, false) {
		require.Empty(t, strings.TrimSuffix(strings.ReplaceAll(part, family, ""), "…"))
	}
	flags := speech.Cut(strings.Repeat("🇩🇪", 120), 200)
	require.Equal(t, strings.Repeat("🇩🇪", 99)+"…", flags)
	marks := "a" + strings.Repeat("\u0301", 300)
	require.Equal(t, []string{"b"}, speech.Split(marks+" b", 200, false), "a character that no message holds is left out")
}

func TestNoPartBeginsWithAnOrder(t *testing.T) {
	t.Parallel()
	for _, order := range []string{"/ban mira", "!so mira", ".timeout mira", "//!ban mira"} {
		parts := speech.Split(strings.Repeat("x", 198)+" "+order, 200, false)
		require.Len(t, parts, 2)
		require.Regexp(t, `^(ban|so|timeout) mira$`, parts[1])
	}
}

func TestEveryPlatformHasItsRoom(t *testing.T) {
	t.Parallel()
	require.Equal(t, 500, speech.Room(chat.Twitch))
	require.Equal(t, 500, speech.Room(chat.Kick))
	require.Equal(t, 200, speech.Room(chat.YouTube))
	require.Equal(t, 200, speech.Room("somewhere else"))
}

func FuzzCompose(f *testing.F) {
	for _, seed := range [][2]string{
		{"hi ", "Mira"}, {"", "/ban x"}, {"/", "me"}, {"@", "everyone"}, {"", "!so x"}, {"\u200b", "\u202e/x"}, {"👩", "\u200d👩"}, {"\xff", "\xf0\x9f"},
		{" ", "\ufe0f!"}, {"1\ufe0f", "\u20e3"}, {"", "@a@b@c@d@e"}, {"🏴", "\U000e0067\U000e007f\U000e0067"}, {"!", "\u200c/"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, written, said string) {
		for _, pieces := range [][]speech.Piece{{own(written), supplied(said)}, {supplied(said), own(written)}} {
			o := speech.Options{Platform: chat.Twitch, Prefix: "!"}
			text := speech.Compose(pieces, o)
			require.True(t, utf8.ValidString(text))
			require.NotRegexp(t, `^[/. ]|[\x00-\x1f\x7f\x{80}-\x{9f}\x{202a}-\x{202e}\x{2066}-\x{2069}\x{200b}\x{2028}]`, text)
			require.NotRegexp(t, `(?i)@(everyone|here)([^\pL\pN\pM_-]|$)`, text)
			require.Equal(t, text, speech.Compose([]speech.Piece{own(text)}, o))
		}
		text := speech.Compose([]speech.Piece{supplied(said)}, speech.Options{})
		require.NotRegexp(t, `^[!?/.]`, text)
	})
}

func FuzzSplit(f *testing.F) {
	for _, seed := range []string{
		"a b c", strings.Repeat("word ", 300), strings.Repeat("👩‍👩‍👧", 90), "https://" + strings.Repeat("x", 300), "a" + strings.Repeat("\u0301", 500) + " b",
		strings.Repeat("x", 199) + " /ban", strings.Repeat(" !", 300), strings.Repeat("🇩🇪", 200), "\u0600 " + strings.Repeat("y ", 200),
	} {
		f.Add(seed, uint8(40))
	}
	f.Fuzz(func(t *testing.T, text string, size uint8) {
		text = speech.Compose([]speech.Piece{own(text)}, speech.Options{})
		room := int(size) + 20
		for _, numbered := range []bool{false, true} {
			parts := speech.Split(text, room, numbered)
			require.LessOrEqual(t, len(parts), speech.MostParts)
			for i, part := range parts {
				require.LessOrEqual(t, utf8.RuneCountInString(part), room)
				require.True(t, utf8.ValidString(part))
				if i > 0 {
					require.NotRegexp(t, `^[/.!]`, part)
				}
			}
		}
		require.LessOrEqual(t, utf8.RuneCountInString(speech.Cut(text, room)), room)
	})
}

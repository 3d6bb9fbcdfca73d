package manage_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// said is one order behind its command, and the answer.
type said struct{ order, answer string }

func TestEachOrderIsAnsweredInOneSentence(t *testing.T) {
	t.Parallel()
	for name, talk := range map[string][]said{
		"a command is added, changed and removed": {
			{"cmd add !socials find me at example.com", "!socials was added"},
			{"cmd add socials again", "!socials exists already: cmd edit changes it"},
			{"cmd show socials", "!socials (for everyone, cooldown 5 s, used 0 times): find me at example.com"},
			{"cmd edit !SOCIALS look below", "!socials was changed"},
			{"cmd edit socials look below", "!socials is like that already"},
			{"cmd remove !socials", "!socials was removed"},
			{"cmd delete !socials", "there is no command “!socials”"},
		},
		"options in StreamElements' spelling": {
			{"cmd add !so $(user) says go", "!so was added"},
			{"cmd options !so -cd 10 -usercd 30 -cost 5 -level 500 -type say -count 7", "!so was changed: cooldown 10 s; cooldown for each 30 s; costs 5; for moderator, editor or broadcaster; type say; used 7 times"},
			{"cmd show so", "!so (for moderator, editor or broadcaster, cooldown 10 s, for each 30 s, costs 5, used 7 times): $(user) says go"},
			{"cmd options !so -level 100 -type reply -cost 0 -enable false", "!so was changed: costs 0; for everyone; type reply; switched off"},
			{"cmd options !so -enable", "!so was changed: switched on"},
			{"cmd options !so -platforms twitch,kick -stream online -hidden", "!so was changed: on twitch or kick; only while live; hidden"},
			{"cmd options !so -platforms all -stream any -hidden off", "!so was changed: on all platforms; live or not; listed"},
			{"cmd options !so -count 7", "!so is like that already"},
		},
		"options in Nightbot's spelling": {
			{"commands add !plan -ul=moderator -cd=20 the plan", "!plan was added: cooldown 20 s; for moderator, editor or broadcaster"},
			{"commands add -cd=15 !map the map", "!map was added: cooldown 15 s"},
			{"commands edit !plan -ul=subscriber new plan", "!plan was changed: for subscriber, regular, vip, moderator, editor or broadcaster"},
			{"commands edit !plan -cd=30", "!plan was changed: cooldown 30 s"},
			{"commands add !p -a=!plan", "!p now calls !plan"},
			{"commands add !q -a=!plan $(query)", "!q now calls !plan"},
			{"commands add !r -a=!plan with words", "-a makes “!r” another name of a command: it takes neither a text nor other options"},
			{"commands add !r -a=!nothing", "there is no command “!nothing”"},
			{"commands delete !plan", "!plan was removed"},
		},
		"levels": {
			{"cmd add x -level 250 x", "!x was added: for subscriber, regular, vip, moderator, editor or broadcaster"},
			{"cmd options x -level 300", "!x was changed: for regular, vip, moderator, editor or broadcaster"},
			{"cmd options x -level 1000", "!x was changed: for editor or broadcaster"},
			{"cmd options x -ul=owner", "!x was changed: for broadcaster"},
			{"cmd options x -ul=twitch_vip", "!x was changed: for vip, moderator, editor or broadcaster"},
			{"cmd options x -level vip,follower", "!x was changed: for vip or follower"},
			{"cmd options x -roles subscriber", "!x was changed: for subscriber"},
			{"cmd options x -level 42", "“42” is not a level: there are everyone, follower, subscriber, regular, vip, moderator, editor, broadcaster, and 100 to 1500"},
		},
		"a response is taken as it stands": {
			{`cmd add quote "To be or  not to be" -cd 5`, "!quote was added"},
			{"cmd show quote", `!quote (for everyone, cooldown 5 s, used 0 times): "To be or  not to be" -cd 5`},
			{"cmd add list -first -second", "!list was added"},
			{"cmd show list", "!list (for everyone, cooldown 5 s, used 0 times): -first -second"},
			{"cmd add raw -cd 9 -- -cd is an option", "!raw was added: cooldown 9 s"},
			{"cmd show raw", "!raw (for everyone, cooldown 9 s, used 0 times): -cd is an option"},
		},
		"quoted values": {
			{`cmd add x -level="vip, moderator" -platforms "twitch, youtube" y`, "!x was added: for vip or moderator; on twitch or youtube"},
			{`cmd add y -level="vip z`, "“\"vip” is not a level: there are everyone, follower, subscriber, regular, vip, moderator, editor, broadcaster, and 100 to 1500"},
		},
		"unknown variables": {
			{"cmd add !w it is $(weather)", "!w was added: $(weather) is not a variable and stays as it stands"},
			{"cmd edit !w ${weather} in $(city)", "!w was changed: $(weather), $(city) are not variables and stay as they stand"},
		},
		"aliases": {
			{"cmd alias discord", "!Discord is also !dc"},
			{"cmd alias add discord !server !Chat", "!server, !chat now calls !Discord"},
			{"cmd alias add discord dc", "!dc is a name of !Discord already"},
			{"cmd add dc x", "!dc is another name of !Discord already"},
			{"cmd alias add clip discord", "!discord exists already: cmd edit changes it"},
			{"cmd alias add clip server", "!server is another name of !Discord already"},
			{"cmd alias remove !server", "!server no longer calls !Discord"},
			{"cmd alias remove discord chat dc", "!chat, !dc no longer calls !Discord"},
			{"cmd alias remove discord chat", "“chat” is not another name of !Discord"},
			{"cmd aliases discord", "!Discord has no other names"},
			{"cmd alias add clip 1 2 3 4 5 6 7 8 9 10 11", "!clip would have 11 other names, and 10 are allowed"},
			{"cmd alias add hype x", "hype is not a command: only commands have other names"},
		},
		"what the file says": {
			{"cmd edit discord gone", "!Discord was changed"},
			{"cmd reset dc", "!Discord is as it was before all changes"},
			{"cmd reset dc", "!Discord was never changed"},
			{"cmd remove dc", "!Discord was removed: cmd reset brings it back"},
			{"cmd show discord", "!Discord was removed: cmd reset “discord” brings it back"},
			{"cmd add discord another", "!discord was added"},
			{"cmd reset discord", "!Discord is back in place of the one made in chat"},
			{"cmd show discord", "!Discord (for everyone, cooldown 5 s, also !dc, used 0 times): https://discord.gg/example"},
			{"cmd remove discord", "!Discord was removed: cmd reset brings it back"},
			{"cmd add dc mine", "!dc was added"},
			{"cmd reset discord", "!dc exists already: cmd edit changes it"},
			{"cmd disable hype", "hype is switched off"},
			{"cmd show hype", "hype (for everyone, switched off, cooldown 5 s, used 0 times): HYPE"},
			{"cmd enable old", "!old is switched on"},
			{"cmd enable old", "!old is switched on already"},
			{"cmd edit dice three", "!dice was changed: this one answer replaces 2"},
			{"cmd edit hug squeezes", "!hug was changed"},
			{"cmd show hug", "!hug (for everyone, cooldown 5 s, used 0 times): counts hugs | squeezes"},
			{"cmd reset dc", "!dc was made in chat and has nothing to go back to"},
		},
		"built-in commands": {
			{"cmd edit ping I hear you", "!ping was changed"},
			{"cmd show ping", "!ping (for everyone, cooldown 5 s, used 0 times): built in | I hear you"},
			{"cmd reset ping", "!ping is as it was before all changes"},
			{"cmd remove clip", "!clip is built in and cannot be removed: cmd disable !clip switches it off"},
			{"cmd add clip something", "!clip exists already: cmd edit changes it"},
			{"cmd disable clip", "!clip is switched off"},
			{"cmd options clip -usercd 90 -level sub", "!clip was changed: cooldown for each 90 s; for subscriber, regular, vip, moderator, editor or broadcaster"},
			{"cmd show clip", "!clip (for subscriber, regular, vip, moderator, editor or broadcaster, switched off, cooldown 5 s, for each 90 s, used 0 times): built in"},
			{"cmd reset clip", "!clip is as it was before all changes"},
		},
		"the commands that manage": {
			{"cmd edit commands see below", "!commands manages commands: cmd options and cmd alias change it, its answer stays"},
			{"cmd disable cmd", "!cmd manages commands and cannot be switched off from chat"},
			{"cmd options commands -enable off", "!commands manages commands and cannot be switched off from chat"},
			{"cmd options counter -disable", "!counter manages commands and cannot be switched off from chat"},
			{"cmd remove pausecommands", "!pausecommands manages commands and cannot be removed"},
			{"cmd options cmd -level vip", "!cmd manages commands and is for moderators, editors and the broadcaster only"},
			{"cmd options pausecommands -ul=everyone", "!pausecommands manages commands and is for moderators, editors and the broadcaster only"},
			{"cmd options cmd -cost 3", "!cmd manages commands: from chat it takes -cd, -usercd, -level, -type, -count and -hidden only"},
			{"cmd options counter -level sub", "!counter was changed: for subscriber, regular, vip, moderator, editor or broadcaster"},
			{"cmd options cmd -level owner", "!cmd was changed: for broadcaster"},
			{"cmd alias add cmd command", "!command now calls !cmd"},
		},
		"the list": {
			{"commands", "commands: !Discord, !clip, !commands, !counter, !dice, !hug, !ping"},
			{"cmd options ping -hidden", "!ping was changed: hidden"},
			{"cmd disable dice", "!dice is switched off"},
			{"cmd add alpha a", "!alpha was added"},
			{"commands 2", "commands: !Discord, !alpha, !clip, !commands, !counter, !hug"},
		},
		"counters": {
			{"counter deaths", "there is no counter “deaths”: !counter deaths + makes it"},
			{"counter deaths +", "deaths: 1"},
			{"counter !Deaths + 4", "deaths: 5"},
			{"counter deaths -2", "deaths: 3"},
			{"counter deaths --", "deaths: 2"},
			{"counter deaths", "deaths: 2"},
			{"counter deaths set 40", "deaths: 40, was 2"},
			{"counter deaths set 40", "deaths: 40 already"},
			{"counter deaths reset", "deaths: 0, was 40"},
			{"counter deaths +0", "deaths: 0 already"},
			{"counter deaths set -3", "deaths: -3, was 0"},
			{"counter deaths set 9007199254740991", "deaths: 9007199254740991, was -3"},
			{"counter deaths +9007199254740991", "deaths: 9007199254740991 already"},
			{"counter deaths set 9007199254740992", "counter set takes a whole number of at most 9007199254740991"},
			{"counter deaths 5", "“5” is not understood: behind a counter's name stands +, -, +N, -N, set N or reset"},
			{"counter deaths set many", "counter set takes a whole number of at most 9007199254740991"},
			{"counter deaths reset now", "usage: counter NAME reset"},
			{"counter", "usage: counter NAME, then +, -, +N, -N, set N or reset"},
			{"counter a)b +", "“a)b” is not a name for a counter"},
			{"counter " + strings.Repeat("x", 60) + " +", "“" + strings.Repeat("x", 39) + "…” is too long for a counter's name: 48 letters are enough"},
		},
		"pausing": {
			{"pausecommands", "commands are paused"},
			{"pausecommands on", "commands are paused already"},
			{"pausecommands", "commands work again"},
			{"pausecommands OFF", "commands work again already"},
			{"pausecommands maybe", "usage: pausecommands, pausecommands on or pausecommands off"},
		},
		"what is not understood": {
			{"cmd", "usage: cmd add, edit, remove, show, enable, disable, alias, options or reset, then the command's name"},
			{"cmd dance x", "usage: cmd add, edit, remove, show, enable, disable, alias, options or reset, then the command's name"},
			{"cmd add", "usage: cmd add NAME [options] TEXT"},
			{"cmd add x", "usage: cmd add NAME [options] TEXT: the text is missing"},
			{"cmd edit discord", "usage: cmd edit NAME [options] TEXT: the text is missing"},
			{"cmd show", "usage: cmd show NAME"},
			{"cmd remove a b", "usage: cmd remove NAME"},
			{"cmd options", "usage: cmd options NAME, then -cd, -usercd, -cost, -level, -type, -count, -platforms, -stream, -enable and -hidden"},
			{"cmd options discord", "usage: cmd options NAME, then -cd, -usercd, -cost, -level, -type, -count, -platforms, -stream, -enable and -hidden"},
			{"cmd options discord -cd 5 fast", "“fast” is not an option: there are -cd, -usercd, -cost, -level, -type, -count, -platforms, -stream, -enable and -hidden"},
			{"cmd options discord -a=x", "-a goes with cmd add; cmd alias add NAME ALIAS gives a command another name"},
			{"cmd edit discord -a=x y", "-a goes with cmd add; cmd alias add NAME ALIAS gives a command another name"},
			{"cmd alias", "usage: cmd alias add NAME ALIAS, or cmd alias remove ALIAS"},
			{"cmd alias add discord", "usage: cmd alias add NAME ALIAS, or cmd alias remove ALIAS"},
			{"cmd alias give discord x", "usage: cmd alias add NAME ALIAS, or cmd alias remove ALIAS"},
			{"cmd add x -cd", "-cd needs a value"},
			{"cmd add x -cd= y", "-cd needs a value"},
			{"cmd add x -cd soon y", "-cd takes seconds from 0 to 604800, not “soon”"},
			{"cmd add x -usercd=-1 y", "-usercd takes seconds from 0 to 604800, not “-1”"},
			{"cmd add x -cost 1.5 y", "-cost takes points from 0 to 1000000000, not “1.5”"},
			{"cmd add x -count=x y", "-count takes a whole number from 0, not “x”"},
			{"cmd add x -type whisper y", "-type takes reply or say, not “whisper”"},
			{"cmd add x -platforms myspace y", "-platforms takes all or some of kick, pilled, rumble, twitch and youtube, not “myspace”"},
			{"cmd add x -stream later y", "-stream takes any, online or offline, not “later”"},
			{"cmd add x -enable=perhaps y", "“perhaps” is neither on nor off"},
		},
		"names": {
			{"cmd add ! x", "“!” is not a name"},
			{"cmd add !!x y", "“!!x” has one ! too many"},
			{"cmd add " + strings.Repeat("n", 49) + " y", "“" + strings.Repeat("n", 39) + "…” is too long for a name: 48 letters are enough"},
			{"cmd add a/b y", "that is not possible: trigger_id: found \"cmd:a/b\"; use letters, digits and . _ : -"},
			{"cmd add x " + strings.Repeat("y", 2001), "that is not possible: responses[0]: found 2001 bytes; use at most 2000"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := world()
			for _, line := range talk {
				command, rest, _ := strings.Cut(line.order, " ")
				answer, _ := s.say(t, command, rest)
				require.Equal(t, line.answer, answer, line.order)
			}
		})
	}
}

func TestLimitsAreSaid(t *testing.T) {
	t.Parallel()
	s := world()
	s.most, s.least = 5, 10*time.Second
	for _, line := range []said{
		{"add a -cd 3 x", "!a was added: cooldown 10 s, the least here"},
		{"add b x", "there is no room for another trigger: remove one or switch one off first"},
		{"add b -enable off x", "!b was added: switched off"},
		{"enable b", "there is no room for another trigger: remove one or switch one off first"},
		{"enable old", "there is no room for another trigger: remove one or switch one off first"},
		{"disable clip", "!clip is switched off"},
		{"enable clip", "!clip is switched on"},
		{"remove discord", "!Discord was removed: cmd reset brings it back"},
		{"enable b", "!b is switched on"},
		{"reset discord", "there is no room for another trigger: remove one or switch one off first"},
		{"show b", "!b (for everyone, cooldown 10 s, used 0 times): x"},
	} {
		answer, _ := s.say(t, "cmd", line.order)
		require.Equal(t, line.answer, answer, line.order)
	}
}

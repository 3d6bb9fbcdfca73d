package demo

// person is somebody in the chat.
type person struct {
	name  string
	roles []string
}

var moderators = []person{
	{"Quillfeather", []string{"moderator", "subscriber"}},
	{"OttoTheSecond", []string{"moderator"}},
	{"marigold_mae", []string{"moderator", "subscriber"}},
}

var people = []person{
	{"PebbleWright", nil}, {"soup_enjoyer", nil}, {"Tidewalker77", []string{"subscriber"}}, {"norafoxglove", []string{"subscriber"}},
	{"bramblecat", nil}, {"KilnAndClay", nil}, {"dustyvinyl", []string{"vip"}}, {"second_breakfast", nil},
	{"YlvaStorm", []string{"subscriber"}}, {"mothlamp", nil}, {"CaptainTeaspoon", nil}, {"harold_again", nil},
	{"velvet_otter", []string{"vip", "subscriber"}}, {"numbersix", nil}, {"LowTideLena", nil}, {"gravelroad", nil},
	{"juniper_jolt", []string{"subscriber"}}, {"Wobblefish", nil}, {"tiny_thunder", nil}, {"Anselm_K", nil},
	{"rainonroof", []string{"subscriber"}}, {"PapayaPilot", nil}, {"kettlesong", nil}, {"oak_and_ember", nil},
	{"Zephyrine", []string{"vip"}}, {"latebus", nil}, {"MossyStaircase", nil}, {"blinkandmiss", nil},
	{"paperlantern_", []string{"subscriber"}}, {"Grizelda", nil}, {"thirdshelf", nil}, {"comet_tail", nil},
	{"hazelnutshell", nil}, {"Fjordling", []string{"subscriber"}}, {"squarewheel", nil}, {"lintrollerking", nil},
}

var openings = []string{
	"", "", "", "", "ok but ", "wait ", "honestly ", "chat, ", "lol ", "hm, ", "so ", "not gonna lie, ", "@harborlights ", "yo ", "hehe ",
}

var lines = []string{
	"that was so close", "how did the crane not fall over", "the lamp room looks great", "LUL", "Kappa", "PogChamp PogChamp",
	"first time here, what are we building?", "a lighthouse apparently", "brick number four thousand", "I missed the start again",
	"the box just keeps going", "does the box ever rest", "hi from a very rainy island", "good evening everyone", "hello hello",
	"left side is crooked", "it is not crooked, your screen is", "what is this song", "that beep is stuck in my head now",
	"the seagulls know something", "can we get a boat next", "I would live there", "who designed that staircase",
	"NotLikeThis", "HeyGuys", "that roof needs a second layer", "the colours are lovely today", "drink some water",
	"my cat is watching this too", "went to get tea, what happened", "nothing happened, you are fine", "somebody clip that please",
	"I have been awake since five", "you can do it", "that was smooth", "again! again!", "is the tide real time?",
	"measure twice, cut once", "measured once, cut four times", "he said it again", "this is my second screen at work",
	"ok that was impressive", "the door is on the wrong side", "doors are a myth", "greetings from the night bus",
	"I fell asleep and it got taller", "same", "true", "no way", "agreed", "what", "the light! turn on the light!",
	"do the thing with the rope", "rope gang", "scaffolding enjoyers unite", "the frame counter is my clock now",
	"why is it so relaxing", "I told my sister about this stream", "we are so back", "needs more windows", "needs fewer windows",
}

var endings = []string{"", "", "", "", "", "", "!", "!!", " :)", " LUL", " haha", "...", "?", " Kappa", " <3"}

var clipTitles = []string{
	"the crane almost falls", "box turns around", "lamp room reveal", "four thousand bricks", "seagull incident",
	"smoothest staircase yet", "the beep heard round the harbour", "doors are a myth", "rope trick", "fog rolls in",
}

// questions are what people ask the bot besides clips.
var questions = []string{"!bricks", "!bricks", "!discord", "!commands", "how tall is the tower?", "somebody sound the foghorn"}

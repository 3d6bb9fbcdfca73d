// Package demo lets the simulated people behave: a chat that is never still,
// somebody who asks for a clip soon after the bot came, and now and then a
// question to the bot.
//
// All names and lines are invented. The package decides who says what and when;
// it knows neither connections nor the bot.
package demo

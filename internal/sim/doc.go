// Package sim runs the simulated platforms as one process: Twitch (chat, Helix,
// OAuth), an HLS origin that streams what is "live" there, YouTube as far as
// uploads, live chats and logins go, Kick (Pusher, API, OAuth, webhooks), the
// fault switches over all of them, and the control address that steers them.
//
// It is meant for a process of its own, so that a killed runtime meets the same
// world again. Everything the simulators answered is in their folder before the
// answer leaves, the addresses they were given included: a simulator that was
// killed and is started on the same folder goes on as if it had lost its
// network for a while.
//
// The simulators do not know the runtime: nothing here may import its clients.
package sim

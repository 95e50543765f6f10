#include <stdio.h>
#include <string.h>

#include "commands.h"

static const struct command {
	const char *name, *arguments;
	int least, most; /* words after it */
	command_fn *run;
	const char *summary;
} commands[] = {
	{ "check", "", 0, 0, command_check, "asks for an upgrade of the app" },
	{ "answer", "", 0, 0, command_answer, "all that the device gets, as `mdstatic resolve` prints it" },
	{ "sync", "", 0, 0, command_sync, "loads the ship of the device's versionKey and applies it" },
	{ "apply", "", 0, 0, command_apply, "applies the cached ship, loads a newer one for the next start" },
	{ "pull", "", 0, 0, command_pull, "loads a newer ship, applies none" },
	{ "switch", " KEY [DEFAULT]", 1, 2, command_switch, "the value of a feature switch" },
	{ "download", " upgrade | h5 ID", 1, 2, command_download, "loads a package, by a delta where one fits" },
	{ "decline", " VERSION", 1, 1, command_decline, "the user declined this upgrade: its silence begins" },
	{ "hotpatch", " [current | started]", 0, 1, command_hotpatch, "loads the hotpatch; the one to load; it runs" },
	{ "h5", " [ID | preload | read ID PATH]", 0, 3, command_h5, "H5 apps: what is offered; loads ahead; a file" },
	{ "quickfix", " [done CODE]", 0, 2, command_quickfix, "loads the quick fix and checks it; it was deployed" },
	{ "clean", " [NAME…]", 0, WORDS_MAX - 1, command_clean, "removes packages that nothing needs" },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static const char options_help[] =
	"  --root FILE         the trusted N.root.json (needed)\n"
	"  --state DIR         what is kept, in DIR/<appCode> (needed)\n"
	"  --device FILE       the device, a JSON object; - is standard input (needed)\n"
	"  --app APPCODE       default: the last part of the URL\n"
	"  --now TIME          judges expiry and intervals (default: the clock)\n"
	"  --at TIME           judges windows and ramps; none: no trusted time (default: --now)\n"
	"  --base FILE         download: the installed package, from which a delta may lead\n"
	"  --dev               sync, apply, pull: dev ships, as with the device's channel dev\n"
	"  --force             switch, h5: whatever the interval between requests\n"
	"  --json              switch: as an object\n"
	"  --patience SECONDS  gives up an address that is slower than 100 bytes a second for so long (20)\n"
	"  --verbose           each request on standard error\n";

static int help(void)
{
	printf("usage: device URL --root FILE --state DIR --device FILE COMMAND\n\n"
	       "URL is the address of <appCode>/.\n\n");
	for (size_t i = 0; i < COMMANDS; i++) {
		int n = printf("  %s%s", commands[i].name, commands[i].arguments);

		printf("%*s%s\n", n < 36 ? 36 - n : 1, "", commands[i].summary);
	}
	printf("\n%s\nexit: 0 done, 1 the tree is refused, 2 usage, 3 unreachable, or the machine failed\n",
	       options_help);
	return fflush(stdout) == 0 ? EXIT_DONE : EXIT_ENVIRONMENT;
}

static const struct command *find(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

static int run(const struct options *o)
{
	const struct command *command = find(o->words[0]);
	int n = o->nwords - 1, code;
	struct session s;

	if (!command)
		return options_refuse("unknown command \"%s\"", o->words[0]);
	if (n < command->least || n > command->most)
		return options_refuse("the command is: %s%s", command->name, command->arguments);
	code = session_open(&s, o);
	if (!code)
		code = command->run(&s, o->words + 1, n);
	session_close(&s);
	return code;
}

int main(int argc, char **argv)
{
	struct options o = { .nwords = 0 };
	int code = options_read(&o, argc, argv);

	if (code)
		return code;
	if (o.help)
		return help();
	if (curl_global_init(CURL_GLOBAL_DEFAULT)) {
		fputs("device: error: libcurl cannot be used\n", stderr);
		return EXIT_ENVIRONMENT;
	}
	code = run(&o);
	curl_global_cleanup();
	return code;
}

#include "base/cmd.h"
#include "base/sigbus.h"

extern const struct program mdstatic_program;

int main(int argc, char **argv)
{
	sigbus_explain();
	return cmd_main(&mdstatic_program, argc, argv);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * printable: text from outside on its way to a terminal or a log.
 *
 * Layer 3, role command. A container chooses its paths, its hook's output and its annotations; one
 * line has to stay one line, and no terminal may take a part of it for a command.
 */
#pragma once

/*
 * In place: white space at the end goes, line ends and tabs become spaces, every other control
 * character (also DEL and the C1 set in UTF-8, whose U+009B begins terminal commands) becomes '?'.
 */
void printable_make_line(char *text);

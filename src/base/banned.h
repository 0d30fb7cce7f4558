/* SPDX-License-Identifier: Apache-2.0 */
/*
 * banned: functions that may not be used, as compile errors.
 *
 * Layer 0. The build puts this in front of every source file. Why and what instead:
 *   strcpy … sprintf   no bound                          text_copy, text_format, memcpy
 *   strncpy, strncat   may leave out the terminator      text_copy
 *   strtok             state shared by the process       strcspn, strchr
 *   atoi …, scanf      lenient, overflow is undefined    parse_…
 *   strerror           not the words that engines match  err_errno_text
 *   system, popen      a shell between us and the work   clone and execve
 *   mktemp, tmpnam     a name that someone else can take O_TMPFILE, openat with O_EXCL
 *   ctime, localtime … static result, the host's time zone gmtime_r
 */
#pragma once

/* Their declarations, before the names become unusable. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef sprintf /* macros of the fortified headers under clang */
#undef vsprintf

#pragma GCC poison strcpy strcat stpcpy sprintf vsprintf gets
#pragma GCC poison strncpy strncat stpncpy
#pragma GCC poison strtok
#pragma GCC poison atoi atol atoll atof
#pragma GCC poison scanf fscanf sscanf vscanf vfscanf vsscanf
#pragma GCC poison strerror
#pragma GCC poison system popen
#pragma GCC poison mktemp tmpnam tempnam
#pragma GCC poison ctime asctime gmtime localtime ctime_r asctime_r

/* With O_CLOEXEC the open(2) of musl makes a second system call, which openat(2) does not. */
#define open(...) openat(AT_FDCWD, __VA_ARGS__)

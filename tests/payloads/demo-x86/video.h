/* SPDX-License-Identifier: BSD-2-Clause */
/* Video of boot_args: text, or a linear frame buffer. */
#ifndef DEMO_X86_VIDEO_H
#define DEMO_X86_VIDEO_H

/* Prints the verdicts; with expect-video=WxH draws bars over the whole screen. */
void check_video(void);

#endif

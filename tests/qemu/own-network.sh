# SPDX-License-Identifier: BSD-2-Clause
# Runs the test in a network of its own, where only it may make cards and start servers. Read with "."
# as first command of a test. Where that cannot be, the test is skipped.
if [ -z "${SAWBOOT_NETWORK:-}" ]; then
    # A user who is not root becomes root of the new network only.
    kind=user as_root=-r
    [ "$(id -u)" -ne 0 ] || kind=root as_root=
    if unshare $as_root -n true 2>/dev/null && [ -w /dev/net/tun ]; then
        SAWBOOT_NETWORK=$kind exec unshare $as_root -n sh "$0"
    fi
    echo '1..0 # SKIP no network namespaces or no /dev/net/tun here'
    exit 0
fi
ip link set lo up

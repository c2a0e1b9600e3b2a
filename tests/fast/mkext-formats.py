# SPDX-License-Identifier: BSD-2-Clause
"""mkext-formats.py MKEXT FOLDER: prints TAP."""
import os
import plistlib
import random
import shutil
import struct
import subprocess
import sys
import traceback
import zlib

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from mkext_reader import ANY, PROCESSORS, Archive, lzss, read, seal, slices, words  # noqa: E402

mkext, folder = sys.argv[1:]
os.chdir(folder)
chance = random.Random(7)
tests = []


def test(function):
    tests.append(function)
    return function


def run(*arguments, good=True, **environment):
    """What the tool prints; it has to succeed or to fail."""
    done = subprocess.run([mkext, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, env={**os.environ, **environment})
    assert (done.returncode == 0) == good, "%s: status %d: %s" % (
        " ".join(arguments), done.returncode, done.stdout)
    return done.stdout


# --- Kernel extensions ------------------------------------------------------------------------------

def macho(name, body):
    """A header of MH_OBJECT (MH_KEXT_BUNDLE for 64 bits), and anything behind it."""
    cpu, subtype = PROCESSORS[name]
    order = ">" if name == "ppc" else "<"
    header = struct.pack(order + "7I", 0xFEEDFACF if name == "x86_64" else 0xFEEDFACE, cpu, subtype,
                         11 if name == "x86_64" else 1, 0, 0, 0)
    return header + (b"\0" * 4 if name == "x86_64" else b"") + body


def fat(bodies):
    """A fat file of {processor: Mach-O}."""
    out = bytearray(struct.pack(">2I", 0xCAFEBABE, len(bodies)) + bytes(20 * len(bodies)))
    for i, (name, body) in enumerate(bodies.items()):
        out += bytes(-len(out) % 4096)
        struct.pack_into(">5I", out, 8 + 20 * i, *PROCESSORS[name], len(out), len(body), 12)
        out += body
    return bytes(out)


def compressible(size):
    return (b"".join(b"symbol_%d\0\0\0\0" % (i % 977) for i in range(size // 9 + 1)))[:size]


def info_of(identifier, executable=None, **more):
    info = {
        "CFBundleIdentifier": identifier,
        "CFBundlePackageType": "KEXT",
        "CFBundleVersion": "1.%d.0" % len(identifier),
        "IOKitPersonalities": {"One & <two>": {"IOClass": "x_y", "IOMatch": [1, True, False],
                                               "Bytes": bytes(range(70)), "Größe": "ä\u2014😀",
                                               "Empty": "", "None": [], "Nothing": {}}},
        "OSBundleLibraries": {"com.apple.kernel.iokit": "1.1"},
        **more,
    }
    if executable:
        info["CFBundleExecutable"] = executable
    return info


def make_kext(path, info, module=b"", flat=False):
    contents = path if flat else path + "/Contents"
    os.makedirs(contents, exist_ok=True)
    with open(contents + "/Info.plist", "wb") as file:
        file.write(plistlib.dumps(info, sort_keys=False))
    if "CFBundleExecutable" in info:
        programs = contents if flat else contents + "/MacOS"
        os.makedirs(programs, exist_ok=True)
        with open(programs + "/" + info["CFBundleExecutable"], "wb") as file:
            file.write(module)
    return info, module


def same(kexts, expected):
    """The same extensions in the same order; modules byte for byte, property lists by their values."""
    assert len(kexts) == len(expected), "%d instead of %d" % (len(kexts), len(expected))
    for kext, (info, module) in zip(kexts, expected):
        assert kext.info == info, "%s instead of %s" % (kext.info, info)
        assert list(kext.info) == list(info), "the order of the keys"
        assert kext.module == module, "%s: %d bytes instead of %d" % (
            info["CFBundleIdentifier"], len(kext.module), len(module))


def thinned(expected, name):
    """What an archive for one processor has of them."""
    def of(module):
        if module[:4] != b"\xca\xfe\xba\xbe":
            return module
        return slices_of_executable(module)[PROCESSORS[name]]
    return [(info, of(module)) for info, module in expected]


def slices_of_executable(module):
    found = {}
    for i in range(words(module, 4, 1)[0]):
        cpu, subtype, offset, size = words(module, 8 + 20 * i, 4)
        found[cpu, subtype] = module[offset:offset + size]
    return found


def extracted(path, expected):
    """What a folder has that an archive was unpacked to."""
    for info, module in expected:
        contents = "%s/%s.kext/Contents" % (path, info["CFBundleIdentifier"])
        assert plistlib.loads(read(contents + "/Info.plist")) == info
        if module:
            assert read("%s/MacOS/%s" % (contents, info["CFBundleExecutable"])) == module
        else:
            assert not os.path.exists(contents + "/MacOS")


# --- Round trips -----------------------------------------------------------------------------------

def all_ways(name, folders, expected):
    """Every way through the formats for these kernel extensions; modules are Mach-O for ppc, i386 and
    x86_64 or anything that is thin."""
    date = ("-date", "1234567890")
    run("create", *date, "-o", name + ".lzss", *folders)
    run("create", *date, "-stored", "-o", name + ".stored", *folders)
    packed, stored = Archive(read(name + ".lzss")), Archive(read(name + ".stored"))
    for archive in packed, stored:
        assert (archive.version, archive.cpu, archive.subtype) == (0x01008000, ANY, ANY)
        same(archive.kexts, expected)
        for kext in archive.kexts:
            assert kext.dates == (1234567890, 1234567890 if kext.module else 0)
            assert kext.stored == (archive is stored)
    # The archives for 10.0 and 10.1 out of those that these lose, and back.
    run("convert", "-o", name + ".a", name + ".stored")
    assert read(name + ".a") == read(name + ".lzss")
    run("convert", "-stored", "-o", name + ".a", name + ".lzss")
    assert read(name + ".a") == read(name + ".stored")
    # Folders and back.
    run("extract", "-o", name + ".out", name + ".lzss")
    extracted(name + ".out", expected)
    run("create", *date, "-o", name + ".a",
        *["%s.out/%s.kext" % (name, info["CFBundleIdentifier"]) for info, _ in expected])
    assert read(name + ".a") == read(name + ".lzss")
    run("verify", name + ".lzss", name + ".stored")
    return date


def to_version_2(name, expected, processor):
    """From version 1 for any to version 2 for one, and back: the very bytes."""
    date = ("-date", "1234567890")
    run("convert", "-arch", processor, "-o", name + ".thin", name + ".lzss")
    for option in [], ["-stored"]:
        run("convert", "-v2", *option, "-arch", processor, "-o", name + ".v2", name + ".lzss")
        archive = Archive(read(name + ".v2"))
        assert archive.version == 0x02002001
        assert (archive.cpu, archive.subtype) == PROCESSORS[processor]
        assert words(archive.data, 32, 1)[0] % 4096 == 0, "the list is on a page"
        same(archive.kexts, thinned(expected, processor))
        assert not option or all(kext.stored is not False for kext in archive.kexts)
        run("verify", name + ".v2")
        run("convert", "-v1", *date, "-o", name + ".a", name + ".v2")
        assert read(name + ".a") == read(name + ".thin")
        run("extract", "-o", name + ".out2", name + ".v2")
        extracted(name + ".out2", thinned(expected, processor))
        # Another version 2 of it, without a word about the processor.
        run("convert", "-o", name + ".b", name + ".v2")
        run("convert", *option, "-o", name + ".a", name + ".b")
        assert read(name + ".a") == read(name + ".v2")
        shutil.rmtree(name + ".out2")


SIZES = [1, 2, 3, 7, 8, 9, 17, 18, 19, 4077, 4078, 4079, 4095, 4096, 4097, 65535, 65537, 300000]


@test
def bodies_of_every_size():
    """version 1: executables of 1 byte to 300 KB, compressible or not, come back"""
    folders, expected = [], []
    for size in SIZES:
        for kind, body in ("words", compressible(size)), ("noise", chance.randbytes(size)), (
                "zeros", bytes(size)), ("blanks", b" " * size):
            name = "sizes/%s%d.kext" % (kind, size)
            folders.append(name)
            expected.append(make_kext(name, info_of("org.example.%s%d" % (kind, size), "Run"), body))
    all_ways("sizes.mkext", folders, expected)
    assert len(read("sizes.mkext.lzss")) < len(read("sizes.mkext.stored"))


@test
def five_megabytes():
    """both versions: executables of 5 MB"""
    folders, expected = [], []
    for kind, body in ("words", compressible(5 << 20)), ("noise", chance.randbytes(5 << 20)):
        name = "big/%s.kext" % kind
        folders.append(name)
        expected.append(make_kext(name, info_of("org.example." + kind, "Run"), macho("i386", body)))
    run("create", "-o", "big.mkext", *folders)
    same(Archive(read("big.mkext")).kexts, expected)
    run("convert", "-v2", "-arch", "i386", "-o", "big2.mkext", "big.mkext")
    archive = Archive(read("big2.mkext"))
    same(archive.kexts, expected)
    assert [kext.stored for kext in archive.kexts] == [False, True], "noise is not packed"
    run("convert", "-v1", "-o", "big1.mkext", "big2.mkext")
    same(Archive(read("big1.mkext")).kexts, expected)
    run("verify", "big.mkext", "big1.mkext", "big2.mkext")


@test
def names():
    """both versions: plug-ins in plug-ins, long and odd names, empty files beside, no executable"""
    expected, path, bundle = [], "deep/Top.kext", "/System/Library/Extensions/Top.kext"
    paths = []
    for depth in range(8):
        identifier = "org.example.%s" % ("d" * 40 + "%d" % depth)
        executable = "Prog äöü %d.x" % depth
        expected.append(make_kext(path, info_of(identifier, executable),
                                  macho("i386", b"%d" % depth)))
        paths.append(bundle)
        for beside in "Contents/Resources/a/b/c/empty", "Contents/version.plist", "Contents/MacOS/x":
            os.makedirs(os.path.dirname(path + "/" + beside), exist_ok=True)
            open(path + "/" + beside, "w").close()
        path += "/Contents/PlugIns/%s.kext" % ("n" * 20 + str(depth))
        bundle += "/Contents/PlugIns/%s.kext" % ("n" * 20 + str(depth))
    expected.append(make_kext("deep/Plist only.kext", info_of("i" * 63), flat=True))
    expected.append(make_kext("deep/Flat.kext", info_of("org.example.flat", "F"),
                              macho("i386", b"f"), flat=True))
    paths += ["/System/Library/Extensions/Plist only.kext", "/System/Library/Extensions/Flat.kext"]
    all_ways("names.mkext", ["deep/Top.kext/", "deep/Plist only.kext", "deep/Flat.kext"], expected)
    to_version_2("names.mkext", expected, "i386")
    run("create", "-v2", "-arch", "i386", "-o", "names.v2", "deep/Top.kext", "deep/Plist only.kext/",
        "./deep/Flat.kext")
    assert [kext.path for kext in Archive(read("names.v2")).kexts] == paths
    os.makedirs("deep/Empty.kext")
    make_kext("deep/Empty.kext", info_of("org.example.empty", "Empty"), b"")
    assert "is empty" in run("create", "-o", "x", "deep/Empty.kext", good=False)


@test
def many():
    """both versions, every processor: 1, 2, 13 and 200 kernel extensions with fat executables"""
    for count in 1, 2, 13, 200:
        folders, expected = [], []
        for i in range(count):
            identifier = "org.example.many%d" % i
            body = chance.choice([compressible, chance.randbytes])(chance.randrange(2000))
            bodies = {name: macho(name, body + name.encode()) for name in PROCESSORS}
            folders.append("many%d/%s.kext" % (count, identifier))
            executable = None if i % 9 == 5 else "Many%d" % i
            expected.append(make_kext(folders[-1], info_of(identifier, executable),
                                      fat(bodies) if executable else b""))
        name = "many%d.mkext" % count
        all_ways(name, folders, expected)
        for processor in PROCESSORS:
            to_version_2(name, expected, processor)
        fat_archives(name, folders, expected)


def fat_archives(name, folders, expected):
    arches = [word for processor in PROCESSORS for word in ("-arch", processor)]
    date = ("-date", "1234567890")
    for version in "-v1", "-v2":
        run("create", version, *date, *arches, "-o", name + ".fat", *folders)
        run("verify", name + ".fat")
        whole = slices(read(name + ".fat"))
        assert list(whole) == list(PROCESSORS.values())
        for processor, cpu in PROCESSORS.items():
            same(Archive(whole[cpu]).kexts, thinned(expected, processor))
            run("convert", "-arch", processor, "-o", name + ".a", name + ".fat")
            assert read(name + ".a") == whole[cpu], "a slice by itself"
        run("convert", *date, "-o", name + ".a", name + ".fat")
        assert read(name + ".a") == read(name + ".fat")
        run("convert", *date, "-v2" if version == "-v1" else "-v1", "-o", name + ".b", name + ".fat")
        run("convert", *date, version, "-o", name + ".a", name + ".b")
        assert read(name + ".a") == read(name + ".fat"), "through the other version"
        run("extract", "-o", name + ".out3", name + ".fat")
        for processor in PROCESSORS:
            extracted(name + ".out3/" + processor, thinned(expected, processor))
        shutil.rmtree(name + ".out3")


# --- What the tool chooses -------------------------------------------------------------------------

def fixtures():
    """Three kernel extensions that need each other, one that nobody needs, one for ppc alone."""
    libraries = {
        "driver": {"org.example.family": "1.0", "com.apple.kpi.libkern": "8.0",
                   "com.apple.iokit.IOPCIFamily": "1.0"},
        "family": {"org.example.base": "1.0"},
        "base": {"org.example.driver": "1.0"},  # a circle
        "other": {},
    }
    for name, needed in libraries.items():
        bodies = {p: macho(p, name.encode() + p.encode()) for p in PROCESSORS}
        make_kext(name + ".kext", info_of("org.example." + name, name, OSBundleLibraries=needed),
                  fat(bodies))
    make_kext("old.kext", info_of("org.example.old", "old"), macho("ppc", b"old"))
    return [name + ".kext" for name in libraries] + ["old.kext"]


def identifiers(path):
    return [kext.info["CFBundleIdentifier"].split(".")[-1] for kext in Archive(read(path)).kexts]


@test
def selection():
    """-id takes what it needs along, through a circle, in the archive's order; -alone does not"""
    run("create", "-o", "all.mkext", *fixtures())
    said = run("convert", "-id", "org.example.driver", "-o", "some.mkext", "all.mkext")
    assert identifiers("some.mkext") == ["driver", "family", "base"]
    assert "org.example.driver needs com.apple.iokit.IOPCIFamily, which is not here" in said
    assert "kpi" not in said
    run("convert", "-alone", "-id", "org.example.other", "-id", "org.example.family", "-o",
        "some.mkext", "all.mkext")
    assert identifiers("some.mkext") == ["family", "other"]
    run("create", "-id", "org.example.base", "-o", "some.mkext", *fixtures())
    assert identifiers("some.mkext") == ["driver", "family", "base"]
    run("extract", "-alone", "-id", "org.example.base", "-o", "some", "all.mkext")
    assert os.listdir("some") == ["org.example.base.kext"]
    assert "no kernel extension org.example.none" in run(
        "convert", "-id", "org.example.none", "-o", "x", "all.mkext", good=False)


@test
def versions():
    """-id says when a library is too old or no longer compatible"""
    make_kext("lib.kext", info_of("org.example.lib", OSBundleCompatibleVersion="1.5b2") |
              {"CFBundleVersion": "2.0.1"})
    make_kext("nolib.kext", info_of("org.example.nolib"))
    for wanted, fits in (("1.5", True), ("1.5b2", True), ("1.5b1", False), ("1.5a9", False),
                         ("1.5fc1", True), ("2.0.1", True), ("2.0.1d1", True), ("2.0.2", False),
                         ("1.4.99", False), ("1.10", True), ("10", False), ("1.5x", False),
                         ("", False), ("1.5.", False)):
        make_kext("user.kext", info_of("org.example.user", OSBundleLibraries={"org.example.lib": wanted}))
        said = run("create", "-id", "org.example.user", "-o", "u", "user.kext", "lib.kext")
        assert ("note" not in said) == fits, "%s: %s" % (wanted, said)
        assert identifiers("u") == ["user", "lib"]
    make_kext("user.kext", info_of("org.example.user", OSBundleLibraries={"org.example.nolib": "1.0"}))
    assert "no library" in run("create", "-id", "org.example.user", "-o", "u", "user.kext", "nolib.kext")


@test
def one_processor():
    """-arch leaves out what has no code for it, and says so"""
    folders = fixtures()
    said = run("create", "-arch", "i386", "-o", "thin.mkext", *folders)
    assert "org.example.old is left out: its executable is for ppc" in said
    assert identifiers("thin.mkext") == ["driver", "family", "base", "other"]
    run("create", "-arch", "ppc", "-o", "ppc.mkext", *folders)
    assert identifiers("ppc.mkext")[-1] == "old"
    said = run("convert", "-arch", "i386", "-o", "x", "ppc.mkext", good=False)
    assert "nothing for i386" in said
    assert "nothing is left" in run("create", "-arch", "i386", "-o", "x", "old.kext", good=False)
    assert "say which with -arch" in run("create", "-v2", "-o", "x", *folders, good=False)
    assert "version 2" in run("create", "-v2", "-arch", "ppc", "-o", "x2", *folders)
    # A folder and an archive for another processor do not go together unasked.
    assert "-arch" in run("create", "-o", "x", "ppc.mkext", "old.kext", good=False)
    run("create", "-arch", "ppc", "-o", "more.mkext", "ppc.mkext", "old.kext")
    assert identifiers("more.mkext")[-2:] == ["old", "old"]
    run("extract", "-o", "twice", "more.mkext")
    assert "org.example.old-2.kext" in os.listdir("twice")


@test
def the_same_bytes():
    """the same bytes in another folder, language and time"""
    folders = fixtures()
    for options in ["-v1"], ["-v1", "-stored"], ["-v2", "-arch", "i386"], ["-arch", "ppc", "-arch", "i386"]:
        run("create", *options, "-o", "one", *folders, SOURCE_DATE_EPOCH="5", LC_ALL="C")
        shutil.rmtree("copy", ignore_errors=True)
        for name in reversed(folders):
            shutil.copytree(name, "copy/" + name)
        run("create", *options, "-date", "5", "-o", "two", *["copy/" + n for n in folders],
            LC_ALL="C.UTF-8", TZ="Asia/Tokyo")
        assert read("one") == read("two")


@test
def listing():
    """list shows identifiers, versions, processors, sizes and dates"""
    folders = fixtures()
    run("create", "-date", "1000000000", "-arch", "ppc", "-arch", "i386", "-o", "l", *folders)
    said = run("list", "l")
    assert said.count("  org.example.driver 1.18.0\n") == 2, said
    assert said.count("2001-09-09 01:46:40 UTC  ppc\n") == 5, said
    assert said.count("2001-09-09 01:46:40 UTC  i386\n") == 4, said
    assert "l (i386, offset 8192" in said and "cputype 7, cpusubtype 3: i386" in said
    run("create", "-date", "1000000000", "-o", "l", *folders)
    assert "2001-09-09 01:46:40 UTC  ppc i386 x86_64\n" in run("list", "l")
    run("create", "-v2", "-arch", "x86_64", "-o", "l", *folders)
    said = run("list", "l")
    assert "version 2, 4 kernel extension(s)" in said and "x86_64\n" in said
    assert "    /System/Library/Extensions/driver.kext\n" in said


# --- Property lists --------------------------------------------------------------------------------

def version_2(text, modules=(), cpu="i386"):
    """An archive with a list of one's own; modules are stored from offset 44 on, each on 4."""
    out = bytearray(struct.pack(">11I", 0x4D4B5854, 0x4D4F5358, 0, 0, 0x02002001,
                                text.count("<!--kext-->"), *PROCESSORS[cpu], 0, 0, 0))
    for module in modules:
        out += bytes(-len(out) % 4) + struct.pack(">2I", 0, len(module)) + module
    text = text.encode() + b"\0"
    struct.pack_into(">3I", out, 32, len(out), 0, len(text))
    out += text
    struct.pack_into(">I", out, 8, len(out))
    return seal(out)


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


@test
def references():
    """lists as Apple's writer makes them, with ID and IDREF, become whole Info.plists"""
    one, two = macho("i386", b"one!"), macho("i386", b"two")
    text = """<dict ID="0"><key>_MKEXTInfoDictionaries</key><array ID="1"><!--kext-->
<dict ID="2"><key>CFBundleIdentifier</key><string ID="3">org.example.one</string>
<key>CFBundlePackageType</key><string ID="4">KEXT</string><key>CFBundleVersion</key>
<string ID="5">1.0</string><key>CFBundleExecutable</key><string ID="6">Run</string>
<key>OSBundleLibraries</key><dict ID="7"><key>com.apple.kpi.mach</key><string IDREF="5"/></dict>
<key>IOProbeScore</key><integer size="32" ID="8">0x54</integer>
<key>_MKEXTBundlePath</key><string ID="9">/System/Library/Extensions/One.kext</string>
<key>_MKEXTExecutableRelativePath</key><string>Contents/MacOS/Run</string>
<key>_MKEXTExecutable</key><integer size="32" ID="11">0x2c</integer></dict><!--kext-->
<dict ID="12"><key>CFBundleIdentifier</key><string>org.example.two</string>
<key>CFBundlePackageType</key><string IDREF="4"/><key>CFBundleVersion</key><string IDREF="5"/>
<key>CFBundleExecutable</key><string IDREF="6"/><key>OSBundleLibraries</key><dict IDREF="7"/>
<key>_MKEXTBundlePath</key><string>/System/Library/Extensions/Two.kext</string>
<key>_MKEXTExecutableRelativePath</key><string>Contents/MacOS/Run</string>
<key>_MKEXTExecutable</key><integer IDREF="8"/></dict></array></dict>"""
    assert 44 + 8 + len(one) == 84  # where the second is, and the first one's IOProbeScore
    write("ids.mkext", version_2(text, [one, two]))
    expected = [({"CFBundleIdentifier": "org.example.one", "CFBundlePackageType": "KEXT",
                  "CFBundleVersion": "1.0", "CFBundleExecutable": "Run",
                  "OSBundleLibraries": {"com.apple.kpi.mach": "1.0"}, "IOProbeScore": 84}, one),
                ({"CFBundleIdentifier": "org.example.two", "CFBundlePackageType": "KEXT",
                  "CFBundleVersion": "1.0", "CFBundleExecutable": "Run",
                  "OSBundleLibraries": {"com.apple.kpi.mach": "1.0"}}, two)]
    run("verify", "ids.mkext")
    run("convert", "-v1", "-o", "ids1.mkext", "ids.mkext")
    same(Archive(read("ids1.mkext")).kexts, expected)
    run("convert", "-o", "ids2.mkext", "ids.mkext")
    same(Archive(read("ids2.mkext")).kexts, expected)
    for wrong in text.replace('IDREF="7"', 'IDREF="77"'), text.replace('IDREF="8"', 'IDREF="88"'):
        write("wrong.mkext", version_2(wrong, [one, two]))
        assert "IDREF" in run("verify", "wrong.mkext", good=False) or "offset" in run(
            "verify", "wrong.mkext", good=False)


@test
def what_the_kernel_does_not_read():
    """<real> becomes an integer in version 2, <date> is refused there; version 1 keeps both"""
    import datetime
    expected = make_kext("real.kext", info_of("org.example.real", Score=2.0))
    said = run("create", "-v2", "-arch", "i386", "-o", "real.mkext", "real.kext")
    assert "<real>" in said
    assert Archive(read("real.mkext")).kexts[0].info["Score"] == 2
    run("create", "-o", "real.mkext", "real.kext")
    same(Archive(read("real.mkext")).kexts, [expected])
    make_kext("date.kext", info_of("org.example.date", When=datetime.datetime(2001, 1, 1)))
    assert "<date>" in run("create", "-v2", "-arch", "i386", "-o", "x", "date.kext", good=False)


@test
def resources():
    """resources of version 2 archives are kept, unpacked, and left out of version 1"""
    text = """<dict><key>_MKEXTInfoDictionaries</key><array><!--kext--><dict>
<key>CFBundleIdentifier</key><string>org.example.r</string>
<key>CFBundlePackageType</key><string>KEXT</string><key>CFBundleVersion</key><string>1</string>
<key>_MKEXTResources</key><dict><key>a/b.txt</key><integer>44</integer></dict></dict></array></dict>"""
    write("r.mkext", version_2(text, [b"resource"]))
    run("verify", "r.mkext")
    run("convert", "-o", "r2.mkext", "r.mkext")
    run("extract", "-o", "r.out", "r2.mkext")
    assert read("r.out/org.example.r.kext/Contents/Resources/a/b.txt") == b"resource"
    assert "version 1 has no place" in run("convert", "-v1", "-o", "r1.mkext", "r.mkext")
    write("r.mkext", version_2(text.replace("a/b.txt", "../../../b.txt"), [b"resource"]))
    assert "no file name" in run("extract", "-o", "r.out", "r.mkext", good=False)
    assert not os.path.exists("b.txt")


# --- One wrong field -------------------------------------------------------------------------------

def put(data, offset, value):
    data = bytearray(data)
    struct.pack_into(">I", data, offset, value & 0xFFFFFFFF)
    return bytes(data)


def add(data, offset, change):
    return put(data, offset, words(data, offset, 1)[0] + change)


def refused(data, field, what):
    write("broken.mkext", data)
    said = run("verify", "broken.mkext", good=False)
    assert field in said, "%s: \"%s\" does not name %s" % (what, said.strip(), field)


def some_kexts():
    folders = []
    for i, body in enumerate((compressible(3000), chance.randbytes(500), b"last one")):
        folders.append("field%d.kext" % i)
        make_kext(folders[-1], info_of("org.example.field%d" % i, "Field"), macho("i386", body + b"xxxx"))
    return folders


HEADER = [(0, "magic"), (4, "signature"), (8, "length"), (12, "adler32"), (16, "version"),
          (20, "numkexts"), (24, "cputype"), (28, "cpusubtype")]


def header_fields(data):
    for offset, field in HEADER:
        for value in (0, 1, 0x12345678, words(data, offset, 1)[0] ^ 1, words(data, offset, 1)[0] + 1,
                      words(data, offset, 1)[0] - 1, 0x7FFFFFFF, 0xFFFFFFFF):
            # Other processors and "any" are no fault.
            if value == words(data, offset, 1)[0] or (
                    field == "cpusubtype" and 3 <= value <= 255) or (
                    field == "cputype" and value == 18):
                continue
            broken = put(data, offset, value)
            refused(broken if field == "adler32" else seal(broken), field,
                    "%s %x" % (field, value))
            # Without a new sum it is the sum that is wrong.
            if offset >= 16:
                refused(broken, "adler32", field)


@test
def broken_version_1():
    """version 1: each field of header and entries, wrong, is named"""
    for options in [], ["-stored"]:
        run("create", "-arch", "i386", *options, "-o", "f.mkext", *some_kexts())
        data = read("f.mkext")
        run("verify", "f.mkext")
        header_fields(data)
        for entry in range(3):
            for half, name in (0, "plist"), (16, "module"):
                at = 32 + 32 * entry + half
                real = "realsize"
                packed = "compsize" if not options else "realsize"
                for value in 0, 1, 40, 130, len(data), 0xFFFFFFFF:
                    refused(seal(put(data, at, value)), name + ".offset", "offset %x" % value)
                for change in -1, 1, -2, 5:
                    refused(seal(add(data, at, change)), "offset", "offset %+d" % change)
                    if not options:
                        refused(seal(add(data, at + 4, change)), "compsize", "compsize %+d" % change)
                    refused(seal(add(data, at + 8, change)), real, "realsize %+d" % change)
                refused(seal(put(data, at + 4, 0xFFFFFFF0)), "compsize", "compsize of 4 GB")
                refused(seal(put(data, at + 4, 0 if not options else 9)), "compsize", "compsize")
                refused(seal(put(data, at + 8, 0)), real, "realsize 0")
                refused(seal(put(data, at + 8, 0xFFFFFFF0)), real, "realsize of 4 GB")
                refused(add(data, at + 12, 1), "adler32", "modifiedsecs")
                assert packed
        # The table ends one entry early, or late.
        refused(seal(add(data, 20, -1)), "numkexts", "an entry less")
        refused(seal(add(data, 20, 1)), "numkexts", "an entry more")


@test
def broken_version_2():
    """version 2: each field of header, entries and list, wrong, is named"""
    for options in [], ["-stored"]:
        run("create", "-v2", "-arch", "i386", *options, "-o", "f.mkext", *some_kexts())
        data = read("f.mkext")
        run("verify", "f.mkext")
        header_fields(data)
        for offset, field in (32, "plist_offset"), (36, "plist_compressed_size"), (
                40, "plist_full_size"):
            for value in 0, 1, 43, 44, len(data), 0xFFFFFFFF:
                if value != words(data, offset, 1)[0]:
                    refused(seal(put(data, offset, value)), field, "%s %x" % (field, value))
            for change in -1, 1, -4, 4:
                refused(seal(add(data, offset, change)), field, "%s %+d" % (field, change))
        at = 44  # the first executable's two sizes
        for offset, field in (at, "compressed_size"), (at + 4, "full_size"):
            for value in 0, 1, 20, len(data), 0xFFFFFFFF:
                if value != words(data, offset, 1)[0]:
                    broken = seal(put(data, offset, value))
                    refused(broken, "size", "%s %x" % (field, value))
            for change in -1, 1, -4, 4:
                refused(seal(add(data, offset, change)), field.replace("_", " ")
                        if False else "size", "%s %+d" % (field, change))
    # Offsets in a list that is not packed; 44 stands for the first.
    where = data.index(b">44<", data.index(b"<key>_MKEXTExecutable</key>")) + 1
    for number in b"43", b"45", b"48", b"99", b"00", b"-1", b"0x", b"xx":
        refused(seal(data[:where] + number + data[where + 2:]), "_MKEXTExecutable", repr(number))
    refused(seal(data.replace(b"_MKEXTInfoDictionaries", b"_MKEXTInfoDictionarie2")),
            "_MKEXTInfoDictionaries", "the list's key")
    refused(seal(data.replace(b"</array>", b"<array/>", 1)), "plist", "the list's structure")


@test
def broken_fat():
    """fat: each field of the table, wrong, is named"""
    folders = fixtures()
    run("create", "-arch", "ppc", "-arch", "i386", "-o", "f.mkext", *folders)
    data = read("f.mkext")
    run("verify", "f.mkext")
    refused(put(data, 0, 0xCAFEBABF), "magic", "magic")
    for count in 0, 1, 3, 4, 17, 0xFFFFFFFF:
        refused(put(data, 4, count), "nfat_arch", "nfat_arch %d" % count)
    for row in 8, 28:
        for offset, field in (0, "cputype"), (4, "cpusubtype"):
            for change in 1, -1, 0x01000000:
                refused(add(data, row + offset, change), field, field)
        for change in 1, -1, 4096, -4096, 0x10000000:
            refused(add(data, row + 8, change), "offset", "offset %+d" % change)
        for change in 1, -1, 0x10000000, -words(data, row + 12, 1)[0]:
            refused(add(data, row + 12, change), "size", "size %+d" % change)
        for align in 14, 20, 31, 32, 0xFFFFFFFF:
            refused(put(data, row + 16, align), "align", "align %d" % align)
    # And what is inside of a slice.
    offset = words(data, 16, 1)[0]
    refused(put(data, offset + 12, 1), "adler32", "a slice's own sum")


@test
def every_bit_of_a_stream():
    """one bit of a stream changed, with the right sum around it: refused, unless zlib does not mind"""
    run("create", "-v2", "-arch", "i386", "-o", "f.mkext", *some_kexts()[:1])
    data = read("f.mkext")
    packed = words(data, 44, 1)[0]
    for _ in range(60):
        at = 52 + chance.randrange(packed)
        broken = bytearray(data)
        broken[at] ^= 1 << chance.randrange(8)
        try:  # some bits do not matter, as those between the last block and its Adler-32
            unharmed = zlib.decompress(broken[52:52 + packed]) == zlib.decompress(data[52:52 + packed])
        except zlib.error:
            unharmed = False
        if unharmed:
            write("unharmed.mkext", seal(broken))
            run("verify", "unharmed.mkext")
        else:
            refused(seal(broken), "_MKEXTExecutable 44", "a bit at %d" % at)


@test
def property_lists():
    """property lists that cannot be used are refused, by create and by verify"""
    good = plistlib.dumps(info_of("org.example.p")).decode()
    for wrong, words_ in (
            (good.replace("</dict>\n</plist>", "</plist>"), "mismatched tag"),
            (good.replace("<key>CFBundleVersion</key>", ""), "a value without a key"),
            (good.replace("</dict>\n</plist>", "<key>x</key></dict></plist>"), "a key without"),
            (good.replace("<string>KEXT</string>", "<strin>KEXT</strin>"), "unknown tag"),
            (good.replace("<string>KEXT</string>", "<string><true/></string>"), "inside a value"),
            (good.replace("CFBundleIdentifier", "CFBundleIdentifie"), "CFBundleIdentifier"),
            (good.replace("<dict>", "<dict>text", 1), "text between"),
            ("<plist><array/></plist>", "no dict"), (" ", "no element"),
            ("<plist/>", "no value"), ("<plist><dict/><dict/></plist>", "second value")):
        make_kext("p.kext", info_of("org.example.p"))
        write("p.kext/Contents/Info.plist", wrong.encode())
        assert wrong != good, words_
        said = run("create", "-o", "p.mkext", "p.kext", good=False)
        assert words_ in said, "%s: %s" % (words_, said)
        text = wrong.encode()
        data = bytearray(struct.pack(">16I", 0x4D4B5854, 0x4D4F5358, 64 + len(text), 0, 0x01008000, 1,
                                     ANY, ANY, 64, 0, len(text), 0, 0, 0, 0, 0) + text)
        refused(seal(data), "entry 0", words_)


@test
def the_decoder():
    """the decoder of this test: what the description says of a ring, a flag byte and a pair"""
    assert lzss(b"\x01A\xee\xff") == b"A" + b"A" * 18  # at 4078: the byte just written, 18 times
    assert lzss(b"\x00\x00\x0f") == b" " * 18
    assert lzss(b"\x07abc\xee\xf0") == b"abcabc"
    assert lzss(b"\xffabcdefgh\x01i") == b"abcdefghi"


def main():
    print("1..%d" % len(tests))
    for number, function in enumerate(tests, 1):
        try:
            function()
            print("ok %d - %s" % (number, function.__doc__), flush=True)
        except Exception:  # whatever it is, the others run
            print("not ok %d - %s" % (number, function.__doc__))
            print("".join("# %s\n" % line for line in traceback.format_exc()[-3000:].splitlines()),
                  flush=True)


main()

"""The small kits in JavaScript and Python together: fileuri, hash, statvfs, bundleManager, settings, zlib, dataShare."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from emulator.conditions import StorageFull
from tests.emulator.runtime.arkts.kits_driver import FILES, FakeApp, Kits, app_on

SEED = {"old": b"0123456789", "tree/a.txt": b"a", "tree/sub/b.log": b"bb", "no.zip": b"PK no", "a b?#ä.txt": b""}
HEAD = "const d = context.filesDir; const fs = load('@ohos.file.fs'); const z = load('@ohos.zlib'); const u = load('@ohos.file.fileuri');"
CRYPTO = "const c = load('@ohos.security.cryptoFramework'); const data = new Uint8Array([97, 98, 99]); const md = c.createMd('SHA256');"
ABC = hashlib.sha256(b"abc").digest()
SHARED = "datashare:///com.example.other/table"
SHARE = f"const m = load('@ohos.data.dataShare'); const h = await m.createDataShareHelper(context, '{SHARED}');"
PREDICATES = "const P = load('@ohos.data.dataSharePredicates').DataSharePredicates;"

VALUES: dict[str, tuple[str, Any]] = {
    "uri of a path": ("return u.getUriFromPath(d + '/a b?#ä.txt')", f"file://com.example.app{FILES}/a%20b%3F%23%C3%A4.txt"),
    "uri": (
        "const f = new u.FileUri(d + '/a b?#ä.txt'); return [f.path, f.name, f.authority, f.scheme, f.isRemoteUri(), `${f}` === f.toString(),"
        "fs.accessSync(f.toString())]",
        [f"{FILES}/a b?#ä.txt", "a b?#ä.txt", "com.example.app", "file", False, True, True],
    ),
    "uri of a uri": ("return [new u.FileUri('file://com.other/data/x').path, u.getUriFromPath('file://a/b')]", ["/data/x", "file://a/b"]),
    "directory of a uri": (
        "return [new u.FileUri(d + '/old').getFullDirectoryUri(), new u.FileUri(d).getFullDirectoryUri()]",
        [f"file://com.example.app{FILES}", f"file://com.example.app{FILES}"],
    ),
    "hash": (
        "const h = load('@ohos.file.hash'); const s = h.createHash('sha1'); s.update(new ArrayBuffer(1)); s.update(new ArrayBuffer(2));"
        "return [await h.hash(d + '/old', 'md5'), s.digest(), await new Promise((r) => h.hash(d + '/nope', 'md5', (e) => r(e.code)))]",
        ["781E5E245D69B566979B86E28D23F2C7", "29E2DCFBB16F63BB0254DF7585A15BB6FB5E927D", 13900002],
    ),
    "statvfs": ("const s = load('@ohos.file.statvfs'); return s.getFreeSizeSync(d) < await s.getTotalSize(d)", True),
    "bundle": (
        "const b = load('@ohos.bundle.bundleManager'); const i = b.getBundleInfoForSelfSync(0); const j = await b.getBundleInfoForSelf(0x83);"
        "return [i.name, i.versionCode, i.versionName, i.appInfo, i.hapModulesInfo, j.appInfo.name, j.hapModulesInfo[0].name, typeof j.signatureInfo]",
        ["com.example.app", 1000000, "1.0.0", ..., [], "com.example.app", "entry", "object"],
    ),
    "settings": (
        "const s = load('@ohos.settings'); const before = s.getValueSync(context, 'k', 'd'); s.setValueSync(context, 'k', 'v');"
        "await s.setValue(context, 'k', 'w', s.domainName.USER_SECURITY);"
        "return [before, s.getValueSync(context, 'k', ''), await s.getValue(context, 'k', 'secure'), await s.getValue(context, 'zz'),"
        "s.display.FONT_SCALE, s.TTS.ENABLED_TTS_PLUGINS, s.display.AUTO_SCREEN_BRIGHTNESS_MODE]",
        ["d", "v", "w", "", "settings.display.font_scale", "settings.tts.enabled_tts_plugins", 1],
    ),
    "zip a folder": (
        "await z.compressFile(d + '/tree', d + '/t.zip', {level: z.CompressLevel.COMPRESS_LEVEL_BEST_SPEED}); fs.mkdirSync(d + '/out');"
        "await z.decompressFile(d + '/t.zip', d + '/out', {}); return [fs.listFileSync(d + '/out', {recursion: true}),"
        "fs.readTextSync(d + '/out/sub/b.log'), await z.getOriginalSize(d + '/t.zip')]",
        [["/a.txt", "/sub/b.log"], "bb", 3],
    ),
    "zip several": (
        "await z.compressFiles([d + '/old', d + '/tree'], d + '/t.zip', {keepTopLevelFolder: true}); fs.mkdirSync(d + '/out');"
        "await new Promise((r) => z.decompressFile(d + '/t.zip', d + '/out', r)); return fs.listFileSync(d + '/out', {recursion: true})",
        ["/old", "/tree/a.txt", "/tree/sub/b.log"],
    ),
    "sums": ("const c = z.createChecksumSync(); const b = new Uint8Array([1, 2, 3]).buffer; return [await c.crc32(0, b), await c.adler32(1, b)]",
             [1438416925, 851975]),
    "digest": (
        CRYPTO + "await md.update({ data }); const d2 = await md.digest(); return [d2.data, d2.data instanceof Uint8Array, md.algName, md.getMdLength()]",
        [ABC, True, "SHA256", 32],
    ),
    "digest at once": (CRYPTO + "return [md.updateSync({ data: data.subarray(0, 1) }), md.updateSync({ data: data.subarray(1) }), md.digestSync().data]",
                       [None, None, ABC]),
    "digest by callback": (
        CRYPTO + "return await new Promise((r) => md.update({ data }, (e, v) => md.digest((f, blob) => r([e, v, f, blob.data]))))",
        [..., None, ..., ABC],
    ),
    "digest of what was there at update": (CRYPTO + "const p = md.update({ data }); data.fill(0); await p; return (await md.digest()).data", ABC),
    "digests in the order of the calls": (CRYPTO + "md.update({ data }); md.update({ data }, undefined); return (await md.digest()).data",
                                          hashlib.sha256(b"abcabc").digest()),
    "digest of nothing": ("return load('@ohos.security.cryptoFramework').createMd('MD5').digestSync().data", hashlib.md5(b"").digest()),
    "every digest": (
        CRYPTO + "return ['MD5', 'SHA1', 'SHA224', 'SHA256', 'SHA384', 'SHA512'].map((n) => { const m = c.createMd(n);"
        "m.updateSync({ data }); return [m.getMdLength(), m.digestSync().data]; })",
        [[hashlib.new(n, b"abc").digest_size, hashlib.new(n, b"abc").digest()] for n in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")],
    ),
    "results": ("return load('@ohos.security.cryptoFramework').Result.ERR_CRYPTO_OPERATION", 17630001),
    "share": (
        SHARE + PREDICATES + f"const q = await h.query('{SHARED}?Proxy=true', new P().equalTo('name', 'b'), ['value']); q.goToFirstRow();"
        "return [q.rowCount, q.getString(0), q.columnNames]",
        [1, "2", ["value"]],
    ),
    "share by callback": (
        PREDICATES + f"return await new Promise((r) => load('@ohos.data.dataShare').createDataShareHelper(context, '{SHARED}', (e, h) =>"
        f"h.query('{SHARED}', new P().orderByDesc('name').limit(1, 0), ['*'], (f, q) => {{ q.goToFirstRow(); r([q.getRow()]); }})))",
        [{"name": "b", "value": "2"}],
    ),
    "share and change": (
        SHARE + PREDICATES + f"const n = await h.insert('{SHARED}', {{name: 'c'}}); const m2 = await h.update('{SHARED}', new P().equalTo('name', 'a'), {{value: 'x'}});"
        f"const o = await h.delete('{SHARED}', new P().in('name', ['b', 'c'])); const q = await h.query('{SHARED}', new P(), null); q.goToFirstRow();"
        f"await h.close(); return [n, m2, o, q.getRow(), code(() => h.query('{SHARED}', new P()))]",
        [3, 1, 2, {"name": "a", "value": "x"}, 15700013],
    ),
}  # fmt: skip


@pytest.fixture
def shared(app: FakeApp) -> FakeApp:
    app.process.host.data_shares[SHARED] = [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]
    return app


@pytest.mark.parametrize("name", VALUES)
def test_value(kits: Kits, shared: FakeApp, name: str) -> None:
    script, expected = VALUES[name]
    assert kits.run(shared, HEAD + script) == expected


CODES = {
    "uri of what is missing": ("new u.FileUri(d + '/nope').getFullDirectoryUri()", 13900002),
    "uri of a number": ("new u.FileUri(5)", 13900020),
    "no uri": ("new u.FileUri('file://x')", 14300002),
    "hash by another algorithm": ("await load('@ohos.file.hash').hash(d + '/old', 'sha3')", 13900020),
    "flags that are none": ("load('@ohos.bundle.bundleManager').getBundleInfoForSelfSync('x')", 401),
    "a setting without a name": ("load('@ohos.settings').getValueSync(context, 5, '')", 401),
    "zip what is missing": ("await z.compressFile(d + '/nope', d + '/t.zip', {})", 900001),
    "zip with dots": ("await z.compressFile(d + '/../files/old', d + '/t.zip', {})", 900001),
    "zip to nowhere": ("await z.compressFile(d + '/old', d + '/nope/t.zip', {})", 900002),
    "zip without options": ("z.compressFile(d + '/old', d + '/t.zip')", 401),
    "unzip what is missing": ("await z.decompressFile(d + '/nope.zip', d)", 900001),
    "unzip with dots": ("await z.decompressFile(d + '/../files/no.zip', d)", 900001),
    "unzip to nowhere": ("await z.compressFile(d + '/old', d + '/t.zip', {}); await z.decompressFile(d + '/t.zip', d + '/nope')", 900002),
    "unzip to outside": ("await z.compressFile(d + '/old', d + '/t.zip', {}); await z.decompressFile(d + '/t.zip', d + '/../..')", 900002),
    "unzip what is no archive": ("await z.decompressFile(d + '/no.zip', d)", 900003),
    "digest without a name": ("load('@ohos.security.cryptoFramework').createMd()", 401),
    "digest by a number": ("load('@ohos.security.cryptoFramework').createMd(5)", 401),
    "digest by another name": ("load('@ohos.security.cryptoFramework').createMd('sha256')", 401),
    "digest of text": (CRYPTO + "md.update({ data: 'abc' }).catch(() => 'later')", 401),
    "digest of other numbers": (CRYPTO + "md.updateSync({ data: new Int8Array(3) })", 401),
    "digest without a blob": (CRYPTO + "md.update()", 401),
    "update with nothing in it": (CRYPTO + "await md.update({ data: new Uint8Array(0) })", 401),
    "update at once with nothing in it": (CRYPTO + "md.updateSync({ data: new Uint8Array(0) })", 17630001),
    "update at once with a callback": (CRYPTO + "md.updateSync({ data }, () => 0)", 401),
    "digest of another object": (CRYPTO + "md.digestSync.call({})", 401),
    "share of nobody": ("await load('@ohos.data.dataShare').createDataShareHelper(context, 'datashare:///com.nobody/t')", 15700010),
    "share of another table": (SHARE + PREDICATES + "await h.query('datashare:///com.example.other/zz', new P(), [])", 15700011),
    "share without a uri": ("await load('@ohos.data.dataShare').createDataShareHelper(context, 5)", 401),
}  # fmt: skip


@pytest.mark.parametrize("name", CODES)
def test_code(kits: Kits, shared: FakeApp, name: str) -> None:
    script, code = CODES[name]
    assert kits.code(shared, HEAD + script) == code


def test_an_archive_that_points_outside_is_not_unpacked(kits: Kits, tmp_path: Path) -> None:
    import io
    import zipfile

    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("../../../../../../../escaped", b"x")
    app = app_on(tmp_path / "root", seed={"bad.zip": archive.getvalue()})
    assert kits.code(app, HEAD + "await z.decompressFile(d + '/bad.zip', d)") == 900003
    assert not list(tmp_path.rglob("escaped"))


def test_archives_are_the_same_every_time(kits: Kits, tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        app = app_on(tmp_path / name, seed=SEED)
        kits.run(app, HEAD + "await z.compressFile(d + '/tree', d + '/t.zip', {})")
        made.append((app.process.sandbox.root / FILES.lstrip("/") / "t.zip").read_bytes())
    assert made[0] == made[1]


def test_free_space_is_what_a_full_disk_has(kits: Kits, tmp_path: Path) -> None:
    app = app_on(tmp_path / "root", [StorageFull(after_bytes=1234)])
    assert kits.run(app, "return load('@ohos.file.statvfs').getFreeSizeSync('/')") == 1234


def test_a_digest_that_the_host_lacks_is_missing(kits: Kits, app: FakeApp, monkeypatch: pytest.MonkeyPatch) -> None:
    def lacks(name: str, **options: Any) -> Any:
        raise ValueError(f"unsupported hash type {name}")

    monkeypatch.setattr(hashlib, "new", lacks)
    assert kits.run(app, "return load('@ohos.security.cryptoFramework').createMd('SM3')") is ...
    monkeypatch.undo()
    assert kits.run(app, CRYPTO + "return c.createMd('SHA1').getMdLength()") == 20

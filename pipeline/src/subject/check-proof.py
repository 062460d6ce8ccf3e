import base64, hashlib, sys
if len(sys.argv) != 2:
    print("usage: python3 check-proof.py FILE.tlog-proof", file=sys.stderr)
    sys.exit(2)
head, body, signatures = open(sys.argv[1], encoding="utf-8").read().split("\n\n")
magic, extra, index, *path = head.split("\n")
origin, size, root = body.split("\n")[:3]
assert magic == "c2sp.org/tlog-proof@v1"
b64 = lambda text: base64.b64decode(text, validate=True)
sha = lambda *parts: hashlib.sha256(b"".join(parts)).digest()
entry = b64(extra.removeprefix("extra "))
node, last = int(index.removeprefix("index ")), int(size) - 1
assert 0 <= node <= last
hash = sha(b"\0", entry)
for sibling in map(b64, path):
    assert last > 0
    if node % 2 or node == last:
        hash = sha(b"\1", sibling, hash)
        while node % 2 == 0 and node > 0:
            node, last = node // 2, last // 2
    else:
        hash = sha(b"\1", hash, sibling)
    node, last = node // 2, last // 2
print(entry.decode(), "IS" if last == 0 and hash == b64(root) else "IS NOT", "in", origin, size)

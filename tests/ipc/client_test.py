"""A client of assay's protocol written from ipc/PROTOCOL.md alone: submits photos by path and as bytes, collects the
results, and compares them with what the C client gets for the same photos.

usage: client_test.py PEER, where PEER is the program of tests/ipc/peer.c"""
import hashlib
import json
import os
import signal
import struct
import subprocess
import sys
import tempfile

import zmq

HELLO, WELCOME, ERROR, HEARTBEAT, BYE = 1, 2, 3, 4, 5
SUBMIT, ACCEPTED, SUBSCRIBE, RESULTS, CREDIT = 16, 17, 18, 19, 20
STATUS_REQUEST, STATUS, GOLDEN_WANTED, GOLDEN = 21, 22, 23, 24
COUNT = 60


def job_id(job):
    digest = hashlib.blake2b(digest_size=32)
    for field in ("golden_sha256", "photo", "photo_id", "lot", "unit", "view"):
        value = job.get(field)
        if value is None:
            digest.update(struct.pack("<Q", 2**64 - 1))
        else:
            digest.update(struct.pack("<Q", len(value.encode())) + value.encode())
    return digest.hexdigest()[:32]


class Client:
    def __init__(self, context, endpoint):
        self.socket = context.socket(zmq.DEALER)
        self.socket.setsockopt(zmq.LINGER, 1000)
        self.socket.connect(endpoint)
        self.golden_folder = None
        self.send(HELLO, {"role": "client", "id": os.urandom(16).hex(), "name": "python"})
        _, self.welcome, _ = self.receive(WELCOME)

    def send(self, kind, header, frames=()):
        prefix = b"ASSAY" + bytes((1, kind, 0))
        self.socket.send_multipart([prefix, json.dumps(header).encode(), *frames])

    def receive(self, *kinds):
        """The next message of one of these kinds; heartbeats are answered, a wanted golden is sent."""
        while True:
            assert self.socket.poll(30000), "the broker is silent"
            prefix, header, *frames = self.socket.recv_multipart()
            assert prefix[:6] == b"ASSAY\x01" and len(prefix) == 8 and prefix[7] == 0
            kind, header = prefix[6], json.loads(header)
            if kind in kinds:
                return kind, header, frames
            if kind == HEARTBEAT:
                self.send(HEARTBEAT, {})
            elif kind == GOLDEN_WANTED:
                self.send_golden(header["sha256"])
            else:
                raise AssertionError(f"kind {kind}: {header}")

    def send_golden(self, sha256):
        def read(name):
            with open(os.path.join(self.golden_folder, name), "rb") as file:
                return file.read()

        seal = read("seal.json")
        assert hashlib.sha256(seal).hexdigest() == sha256
        names = ["seal.json"] + [file["name"] for file in json.loads(seal)["files"]]
        self.send(GOLDEN, {"sha256": sha256, "files": [{"name": name} for name in names]}, [read(n) for n in names])

    def submit(self, submission, jobs):
        """jobs: (job, path or None, bytes or None)"""
        entries, frames = [], []
        for position, (job, path, photo) in enumerate(jobs):
            entry = {"position": position, "photo": "path" if path else "bytes", "job": job}
            if path:
                entry["path"] = path
            else:
                frames.append(photo)
            entries.append(entry)
        self.send(SUBMIT, {"submission": submission, "jobs": entries}, frames)
        _, answer, _ = self.receive(ACCEPTED)
        assert answer["submission"] == submission
        assert sorted(answer["positions"]) == list(range(len(jobs))) and answer["refused"] == []

    def results(self, submission, count):
        lines, last = {}, 0
        self.send(SUBSCRIBE, {"submission": submission, "after": 0, "credit": 10, "follow": True})
        while len(lines) < count:
            _, header, frames = self.receive(RESULTS)
            assert header["submission"] == submission and len(frames) == len(header["results"]) <= 10
            for result, line in zip(header["results"], frames):
                assert result["sequence"] > last and result["state"] == "done"
                last = result["sequence"]
                assert result["position"] not in lines
                lines[result["position"]] = line.decode()
            self.send(CREDIT, {"submission": submission, "credit": len(frames)})
        return [lines[i] for i in range(count)]


def start(peer, *arguments):
    process = subprocess.Popen([peer, *arguments], stdout=subprocess.PIPE)
    assert process.stdout.read(1) == b".", "a peer did not start"
    return process


def make_jobs(golden, sha256, prefix, count, folder=None):
    jobs = []
    for i in range(count):
        photo, name = f"{prefix} photo number {i}".encode(), f"{prefix}-{i:04d}.jpg"
        job = {"golden_sha256": sha256, "golden_path": golden, "photo": name, "lot": "L-7",
               "photo_id": hashlib.blake2b(photo, digest_size=32).hexdigest()}
        job["id"] = job_id(job)
        path = os.path.join(folder, name) if folder else None
        if path:
            with open(path, "wb") as file:
                file.write(photo)
        jobs.append((job, path, photo))
    return jobs


def main():
    peer = sys.argv[1]
    with tempfile.TemporaryDirectory(prefix="assay-test-") as folder:
        golden, photos, endpoint = f"{folder}/golden", f"{folder}/photos", f"ipc://{folder}/socket"
        os.mkdir(photos)
        sha256 = subprocess.run([peer, "golden", golden], check=True, capture_output=True, text=True).stdout.strip()
        broker = start(peer, "broker", f"{folder}/store", endpoint)
        worker = start(peer, "worker", endpoint, f"{folder}/cache", "2")
        try:
            client = Client(zmq.Context.instance(), endpoint)
            client.golden_folder = golden
            # The workers are told a path where the golden is not, so that the client must send it.
            for prefix, where, told in (("ABCD", photos, golden), ("EFGH", None, "/nowhere")):
                submission = os.urandom(16).hex()
                client.submit(submission, make_jobs(told, sha256, prefix, COUNT, where))
                mine = client.results(submission, COUNT)
                file = f"{folder}/{prefix}.jsonl"
                subprocess.run([peer, "client", endpoint, golden, sha256, where or "-", str(COUNT), prefix, file],
                               check=True)
                with open(file, encoding="utf-8") as theirs:
                    assert mine == theirs.read().splitlines(), f"{prefix}: not the C client's results"
            client.send(STATUS_REQUEST, {})
            _, status, _ = client.receive(STATUS)
            assert status["jobs"]["done"] == 2 * COUNT, status
            assert len(status["workers"]) == 1
            client.socket.send(b"nonsense")
            _, error, _ = client.receive(ERROR)
            assert error["code"] == "bad_message" and error["text"]
            client.send(BYE, {})
            client.socket.close()
        finally:
            for process in (worker, broker):
                process.send_signal(signal.SIGTERM)
            ends = [process.wait(60) for process in (worker, broker)]
        assert ends == [0, 0], ends


main()

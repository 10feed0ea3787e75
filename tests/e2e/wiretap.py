"""A TCP forwarder that records what passes between pgveil and PostgreSQL, and can cut it."""
import socket
import threading
import time

from harness import free_port


class Wiretap:
    def __init__(self, target_port):
        self.port, self.target_port = free_port(), target_port
        self.to_server, self.to_client = bytearray(), bytearray()
        self.lock, self.sockets, self.refusing = threading.Lock(), [], False
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.refusing:
                client.close()
                continue
            try:
                server = socket.create_connection(("127.0.0.1", self.target_port))
            except OSError:
                client.close()
                continue
            with self.lock:
                self.sockets += [client, server]
            threading.Thread(target=self._pump, args=(client, server, self.to_server), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, client, self.to_client), daemon=True).start()

    def _pump(self, source, target, record):
        try:
            while data := source.recv(1 << 16):
                with self.lock:
                    record += data
                target.sendall(data)
        except OSError:
            pass
        for sock in (source, target):
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self, refuse=False):
        """Breaks every connection; with `refuse`, new ones too until `mend`."""
        self.refusing = refuse
        with self.lock:
            sockets, self.sockets = self.sockets, []
        for sock in sockets:
            try:
                sock.shutdown(socket.SHUT_RDWR)
                sock.close()
            except OSError:
                pass
        time.sleep(0.05)

    def mend(self):
        self.refusing = False

    def recorded(self):
        with self.lock:
            return bytes(self.to_server), bytes(self.to_client)

"""Signing keys that only a passphrase unlocks: Ed25519, encrypted under a key that argon2id makes of the passphrase.

- `new_key`       a key, and what is stored of it (`KeyRecord`)
- `unlock_key`    the key of a record, for whoever knows the passphrase
- `is_signed_by`  whether a signature over some bytes is that of a public key

Nothing here is stored or logged, and a private key leaves this module only inside `SigningKey`.
"""

from __future__ import annotations

import hashlib
import json
import os
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

MIN_PASSPHRASE_LENGTH, MAX_PASSPHRASE_LENGTH = 12, 256
"""Characters of a passphrase."""
_LEAST_DIFFERENT = 5
_SALT_BYTES, _NONCE_BYTES, _KEY_BYTES = 16, 12, 32
_MOST_MEMORY_KIB = 4 * 1024 * 1024  # a record that asks for more is damaged: it would take the machine down


class WrongPassphrase(ValueError):
    """The passphrase does not unlock the key, or is unfit; the message is Chinese."""


@dataclass(frozen=True)
class Cost:
    """Parameters of argon2id: passes, memory in KiB, lanes."""

    passes: int
    memory_kib: int
    lanes: int


COST = Cost(passes=3, memory_kib=64 * 1024, lanes=4)
"""RFC 9106, second recommended option, for new keys. Each record names its own."""


@dataclass(frozen=True)
class KeyRecord:
    """What is stored of a person's key. sealed: the private key, encrypted. Bytes are hexadecimal."""

    login: str
    public_key: str
    passes: int
    memory_kib: int
    lanes: int
    salt: str
    nonce: str
    sealed: str

    @property
    def fingerprint(self) -> str:
        """Of the public key."""
        return key_fingerprint(self.public_key)

    @property
    def digest(self) -> str:
        """SHA-256 over every field: acts name the record by it."""
        return json_digest(asdict(self))

    @property
    def _bound(self) -> bytes:
        """Authenticated with the key, so that nobody moves it to another login or weaker parameters."""
        bound = {name: value for name, value in asdict(self).items() if name not in ("nonce", "sealed")}
        return canonical_json(bound).encode()


@dataclass(frozen=True)
class SigningKey:
    """An unlocked key. public_key: hexadecimal."""

    public_key: str
    _private: Ed25519PrivateKey

    def sign(self, content: bytes) -> str:
        """The signature in hexadecimal."""
        return self._private.sign(content).hex()

    def __repr__(self) -> str:
        return f"SigningKey({key_fingerprint(self.public_key)})"


def key_fingerprint(public_key: str) -> str:
    """SHA-256 of the 32 bytes of a public key, in hexadecimal."""
    return hashlib.sha256(bytes.fromhex(public_key)).hexdigest()


def new_key(login: str, passphrase: str) -> tuple[KeyRecord, SigningKey]:
    """A new key and its record. Raises WrongPassphrase for a passphrase that is too short or too long."""
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    key = SigningKey(public, private)
    return seal_key(login, key, passphrase), key


def seal_key(login: str, key: SigningKey, passphrase: str) -> KeyRecord:
    """The record of a key under another passphrase. Raises WrongPassphrase as `new_key` does."""
    length = len(_normalised(passphrase))
    if not MIN_PASSPHRASE_LENGTH <= length <= MAX_PASSPHRASE_LENGTH:
        raise WrongPassphrase(
            f"口令须为 {MIN_PASSPHRASE_LENGTH} 至 {MAX_PASSPHRASE_LENGTH} 个字符，给出的是 {length} 个。"
        )
    if len(set(_normalised(passphrase))) < _LEAST_DIFFERENT or login.lower() == _normalised(passphrase).lower():
        raise WrongPassphrase(f"口令太简单：须有至少 {_LEAST_DIFFERENT} 个不同的字符，且不是登录名。")
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    blank = KeyRecord(login, key.public_key, COST.passes, COST.memory_kib, COST.lanes, salt.hex(), nonce.hex(), "")
    private = key._private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    sealed = AESGCM(_key_from(passphrase, blank)).encrypt(nonce, private, blank._bound)
    return replace(blank, sealed=sealed.hex())


def unlock_key(record: KeyRecord, passphrase: str) -> SigningKey:
    """The key of the record. Raises WrongPassphrase where the passphrase is another, or the record was altered."""
    try:
        secret = _key_from(passphrase, record)
        opened = AESGCM(secret).decrypt(bytes.fromhex(record.nonce), bytes.fromhex(record.sealed), record._bound)
        private = Ed25519PrivateKey.from_private_bytes(opened)
    except (InvalidTag, ValueError, OverflowError) as wrong:
        raise WrongPassphrase(f"{record.login} 的口令不对。") from wrong
    return SigningKey(private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex(), private)


def is_signed_by(public_key: str, content: bytes, signature: str) -> bool:
    """Whether `signature` over `content` is of that key; False also for malformed ones."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(bytes.fromhex(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def canonical_json(content: Mapping[str, object]) -> str:
    """Canonical JSON: sorted names, no blanks, Chinese as it is."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def json_digest(content: Mapping[str, object]) -> str:
    """SHA-256 of canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical_json(content).encode()).hexdigest()


def _normalised(passphrase: str) -> str:
    """Full-width characters as plain ones: an input method must not lock its user out."""
    return unicodedata.normalize("NFKC", passphrase)


def _key_from(passphrase: str, record: KeyRecord) -> bytes:
    if record.memory_kib > _MOST_MEMORY_KIB:
        raise ValueError("the record asks for more memory than any of ours")
    text = _normalised(passphrase).encode("utf-8", "surrogatepass")
    try:
        return hash_secret_raw(
            text,
            bytes.fromhex(record.salt),
            time_cost=record.passes,
            memory_cost=record.memory_kib,
            parallelism=record.lanes,
            hash_len=_KEY_BYTES,
            type=Type.ID,
        )
    except Exception as refused:  # the library's own class says only that its numbers are out of range
        raise ValueError("the record's numbers are out of range") from refused

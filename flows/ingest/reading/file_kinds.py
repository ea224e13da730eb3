"""The kind of a file, by its first bytes: its name may say anything."""

from __future__ import annotations

from flows.ingest.reading.raw_file import FileRejected

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = bytes.fromhex("D0CF11E0A1B11AE1")  # an older office document, or any office document behind a password
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xls", ".et", ".ods")

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OTHER_KINDS = {
    b"%PDF": "PDF 文件",
    b"Rar!": "RAR 压缩包",
    b"7z\xbc\xaf\x27\x1c": "7z 压缩包",
    b"\x1f\x8b": "gzip 压缩包",
    b"\x89PNG": "图片",
    b"\xff\xd8\xff": "图片",
    b"PAR1": "Parquet 文件",
    b"SQLite format 3\x00": "数据库文件",
}
_MARKUP = ("<html", "<!doctype", "<table", "<?xml", "<meta")
_OTHER_PACKAGES = {
    "word/document.xml": "Word 文档（docx）",
    "ppt/presentation.xml": "PowerPoint 文档（pptx）",
    "xl/workbook.bin": "二进制工作簿（xlsb）",
    "content.xml": "OpenDocument 文件，其中没有表格（odt、odp 等）",
    "OFD.xml": "OFD 文件",
}
_ADVICE = "请在表格软件中打开，另存为 xlsx 或“CSV UTF-8”后重新报送。"


def refuse_other_kinds(data: bytes) -> None:
    """Raises FileRejected where `data` is neither a container of a workbook (ZIP, OLE) nor looks like text."""
    if data.startswith(OLE_MAGIC) and _ENCRYPTED in data:
        raise encrypted_file()
    for magic, kind in _OTHER_KINDS.items():
        if data.startswith(magic):
            raise unsupported_kind(kind)
    if data[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower().decode("latin-1").startswith(_MARKUP):
        raise unsupported_kind("网页或 XML 文件（有的系统导出时冠以 xls 之名）")


def refuse_other_packages(names: frozenset[str]) -> None:
    """Raises FileRejected for a ZIP archive with the members `names`, which are not those of a workbook."""
    for member, kind in _OTHER_PACKAGES.items():
        if member in names:
            raise unsupported_kind(kind)
    raise unsupported_kind("ZIP 压缩包，其中没有工作簿；如内含 CSV 或 xlsx，应先解压再逐个报送")


def not_a_workbook(suffix: str, as_text: str = "") -> FileRejected:
    """For a file called a workbook that is none; as_text: why it is no table of text either."""
    also = f"按文本也无法读取：{as_text}" if as_text else ""
    message = f"文件名以 {suffix} 结尾，内容却不是工作簿，可能不完整或改过扩展名。{also}{_ADVICE}"
    return FileRejected("not_a_workbook", message)


def encrypted_file() -> FileRejected:
    """For a file behind a password."""
    return FileRejected("encrypted", "文件已加密，无法读取。请在表格软件中取消密码保护，另存为 xlsx 后重新报送。")


def unsupported_kind(kind: str) -> FileRejected:
    """For a file that is neither text nor a workbook; kind: what it is, in Chinese."""
    message = f"不支持这种文件：{kind}。只能读取 CSV 文本和工作簿（xlsx、xls、ods）。{_ADVICE}"
    return FileRejected("unsupported_kind", message)

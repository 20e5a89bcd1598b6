"""Chooses the certificates to trust for connections to the service; it opens no connection."""

from __future__ import annotations

import os
import ssl
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.model.service import Network, Service

__all__ = ["certificates_for", "trusted_certificates"]


def certificates_for(service: Service, network: Network) -> ssl.SSLContext | None:
    """Return the certificates to trust: those of a file or folder, else those of the operating system.

    Return null if no address of the service is encrypted, because loading takes a while.
    """
    if not any(url.startswith("https://") for url in (service.api_url, service.auth_url)):
        return None
    return trusted_certificates(network)


def trusted_certificates(network: Network) -> ssl.SSLContext:
    """Return the certificates to trust for an encrypted connection."""
    if network.certificates is not None:
        named = network.certificates
        is_folder = os.path.isdir(named)  # noqa: PTH112 - a text
        return ssl.create_default_context(capath=named) if is_folder else ssl.create_default_context(cafile=named)
    import truststore  # noqa: PLC0415 - start-up is measured

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

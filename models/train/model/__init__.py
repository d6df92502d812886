"""The network: CUT3R's modules at small size with extra heads (package)."""

"""Cards from issue to end, their QR codes, sheets and key ring."""

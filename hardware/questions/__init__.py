"""What a hardware team asks of a design: sweeps, sensitivities, odds, fixes and limits."""

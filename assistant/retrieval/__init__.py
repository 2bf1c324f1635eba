"""From a query to candidate passages: dense and lexical rankings, fused, filtered, neighbours merged."""

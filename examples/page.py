"""Photographs the demo's page for the documents: `python examples/page.py`, with Chromium."""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.support.ui import WebDriverWait

from tfstyle import images

SECONDS = 60
PORT = 7899
EXAMPLE = "document.querySelectorAll('tbody tr')[2]"
DONE = "document.querySelectorAll('#seen img').length === 2"


def photographed(address, file):
    options = webdriver.ChromeOptions()
    for flag in ("--headless=new", "--no-sandbox", "--hide-scrollbars", "--window-size=1280,1240"):
        options.add_argument(flag)
    with webdriver.Chrome(options=options) as driver:
        wait = WebDriverWait(driver, SECONDS, ignored_exceptions=[WebDriverException])
        wait.until(lambda _: visited(driver, address))
        wait.until(lambda _: driver.execute_script(f"return {EXAMPLE}")).click()
        wait.until(lambda _: driver.execute_script(f"return {DONE}"))
        time.sleep(2)  # pictures fade in
        driver.save_screenshot(str(file))


def visited(driver, address):
    driver.get(address)
    return "tfstyle" in driver.title


def main():
    command = [sys.executable, "-m", "tfstyle", "demo", "--port", str(PORT), "--no-open"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        with tempfile.TemporaryDirectory() as folder:
            photographed(f"http://127.0.0.1:{PORT}", Path(folder, "page.png"))
            picture = images.read(Path(folder, "page.png"), 1000)
    finally:
        process.terminate()
    images.write(picture, Path(__file__).parents[1] / "docs/pictures/demo.jpg", 85)


if __name__ == "__main__":
    main()

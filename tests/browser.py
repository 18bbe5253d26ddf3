"""A visitor of the page, in headless Chromium."""

import base64
import io
import shutil

import numpy as np
from PIL import Image

SECONDS = 60
NEEDED = ("chromium", "chromedriver", "npm")
ARROW_LEFT = "\ue012"  # as WebDriver writes it
FLAGS = ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage")


def missing() -> list[str]:
    """Programs that are needed and not there."""
    return [program for program in NEEDED if shutil.which(program) is None]


def chromium(*flags: str):
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium")
    for flag in (*FLAGS, *flags):
        options.add_argument(flag)
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    return webdriver.Chrome(options=options, service=service)


def wait(driver, condition) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(driver, SECONDS, poll_frequency=0.05).until(condition)


class Page:
    """The page, opened anew.

    Args:
        driver: From `chromium`.
        address: Where it is served.
    """

    def __init__(self, driver, address: str):
        self.driver = driver
        driver.get(address)
        self.until("!document.getElementById('paint').disabled")

    def until(self, condition: str) -> None:
        wait(self.driver, lambda driver: driver.execute_script(f"return {condition}"))

    def find(self, selector: str):
        return self.driver.find_element("css selector", selector)

    def choose(self, field: str, value: str) -> None:
        from selenium.webdriver.support.ui import Select

        Select(self.find(f"#{field}")).select_by_value(value)

    def give(self, kind: str, path) -> None:
        """Chooses a picture's file."""
        preview = self.find(f"#{kind} canvas")
        self.driver.execute_script("arguments[0].width = 0", preview)
        self.find(f"#{kind} input[type=file]").send_keys(str(path))
        wait(self.driver, lambda driver: int(preview.get_property("width")) > 0)

    def slide(self, strength: float) -> None:
        self.driver.execute_script("strength.value = arguments[0]", strength)

    def paint(self) -> None:
        self.find("#paint").click()
        self.until("document.body.dataset.state !== 'painting'")

    def painted(self) -> np.ndarray:
        """The bytes of the painted picture."""
        assert self.error() == ""
        return self.pixels("#painted")

    def pixels(self, selector: str) -> np.ndarray:
        """The bytes of a canvas."""
        script = "return arguments[0].toDataURL('image/png')"
        _, encoded = self.driver.execute_script(script, self.find(selector)).split(",")
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB"))

    def error(self) -> str:
        return self.find("#error").text
